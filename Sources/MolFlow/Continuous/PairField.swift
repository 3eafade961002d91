import Foundation
import NeuralNetworks

/// A velocity field of two rounds of messages between all pairs of atoms and a round of pair forces, whose exact divergence costs
/// little more than its value.
///
/// h⁰ᵢ = network(class of i, t); for r = 1, 2: Mᵢ = Σⱼ silu(Aᵣhᵢ + Bᵣhⱼ + Cᵣ b(dᵢⱼ) + cᵣ(class of ij)),
/// hᵢ ← hᵢ + U silu(V hᵢ + W Mᵢ + …);
/// vᵢ = Σⱼ (xᵢ − xⱼ)/(1 + dᵢⱼ) [o·silu(A₃hᵢ + B₃hⱼ + C₃ b(dᵢⱼ) + c₃) + K(class of ij, t)·s(dᵢⱼ, t)] + a(t) xᵢ, without its mean.
///
/// K are springs of each class of pairs by itself, linear in features of the time, with steps s of the distance that are those of
/// `RadialFeatures` (after the kernels of Köhler, Klein & Noé 2020, arXiv:2006.02425): what makes bonds and angles stiff need not go
/// through features that all pairs share.
/// Messages are linear after their nonlinearity, so that no matrix is multiplied for each pair. It has the symmetries of the
/// Euclidean group, reflections too, and of the permutation of atoms of one class. The divergence is in `PairField+Divergence`.
///
/// After the graph networks of Satorras, Hoogeboom & Welling 2021, arXiv:2102.09844, with other messages.
public struct PairField: VelocityField {
  public let atoms: Int
  public let interchangeable: [[Int]]
  let pairs: AtomPairs
  let radial: RadialFeatures
  let start: FieldStart
  let rounds: [Round]
  let forces: Messages
  /// o
  let weights: Parameter
  /// K, one row for each feature of each class.
  let springs: Parameter
  private let springRows: [Int]
  /// a(t)
  let stretch: MultilayerPerceptron
  private let classesOfPairs: [Int]

  /// What makes the first and second operands of messages, and what pairs add to them.
  struct Messages: Sendable {
    let first: Linear
    let second: Linear
    let radial: Linear
    let ofClass: Parameter

    init(_ name: String, width: Int, features: Int, classes: Int, in builder: inout ParameterBuilder) {
      (first, second, radial, ofClass) = builder.scope(name) { builder in
        (
          Linear("first", inputs: width, outputs: width, in: &builder),
          Linear("second", inputs: width, outputs: width, hasBias: false, in: &builder),
          Linear("radial", inputs: features, outputs: width, hasBias: false, in: &builder),
          builder.normal("class", rows: width, columns: classes, standardDeviation: 0.3)
        )
      }
    }
  }

  /// Messages, and how an atom takes them.
  struct Round: Sendable {
    let messages: Messages
    /// V and W, the latter without bias.
    let own: Linear
    let received: Linear
    let output: Linear

    init(_ name: String, width: Int, features: Int, classes: Int, in builder: inout ParameterBuilder) {
      (messages, own, received, output) = builder.scope(name) { builder in
        (
          Messages("messages", width: width, features: features, classes: classes, in: &builder),
          Linear("own", inputs: width, outputs: width, in: &builder),
          Linear("received", inputs: width, outputs: width, hasBias: false, in: &builder),
          Linear("output", inputs: width, outputs: width, start: .normal(gain: 0.5), in: &builder)
        )
      }
    }
  }

  /// - Parameters:
  ///   - longest: distance where the radial functions end.
  ///   - statistics: of the distances of each class of pairs.
  public init(
    classes: PairClasses, width: Int, gaussians: Int, longest: Double,
    statistics: [(mean: Double, deviation: Double)]?, in builder: inout ParameterBuilder
  ) {
    atoms = classes.ofAtoms.count
    interchangeable = classes.interchangeable
    pairs = AtomPairs(atoms: atoms)
    (radial, start, rounds, forces, weights, springs, stretch) = builder.scope("field") { builder in
      let radial = RadialFeatures(
        gaussians: gaussians, longest: longest, classes: classes, statistics: statistics)
      let count = classes.pairClassCount
      return (
        radial, FieldStart(classes: classes, width: width, in: &builder),
        (0..<2).map {
          Round("rounds.\($0)", width: width, features: radial.count, classes: count, in: &builder)
        },
        Messages("forces", width: width, features: radial.count, classes: count, in: &builder),
        builder.values("weights", rows: width, columns: 1, [Float](repeating: 0, count: width)),
        builder.values(
          "springs", rows: count * RadialFeatures.stepCount, columns: FieldStart.timeFeatures,
          [Float](repeating: 0, count: count * RadialFeatures.stepCount * FieldStart.timeFeatures)),
        MultilayerPerceptron("stretch", widths: [FieldStart.timeFeatures, 32, 1], outputStart: .zero, in: &builder)
      )
    }
    springRows = (0..<RadialFeatures.stepCount).flatMap { step in
      classes.ofPairs.map { $0 * RadialFeatures.stepCount + step }
    }
    classesOfPairs = classes.ofPairs
  }

  /// Everything between positions and velocities.
  struct Pass {
    var samples: Int
    /// xᵢ − xⱼ of ordered pairs, and dᵢⱼ of pairs.
    var differences: Variable
    var distances: Variable
    var features: RadialFeatures.Values
    var rounds: [(first: Variable, second: Variable, radial: Variable, received: Variable)] = []
    /// What silu is taken of in the networks of atoms.
    var hidden: [Variable] = []
    var forces: (first: Variable, second: Variable, radial: Variable)
    /// What the steps of each pair are weighted with, `[steps][pairs × samples]`.
    var springs: Variable
    var scores: Variable
    var stretch: Variable
    var velocity: Variable
  }

  func radialOperand(_ messages: Messages, _ features: Variable) -> Variable {
    let tape = features.tape
    return messages.radial(features) + tape.variable(messages.ofClass).gatheringTokens(classesOfPairs, samples: 1)
  }

  func pass(_ x: Variable, times: Variable, wantsSlopes: Bool) -> Pass {
    let tape = x.tape
    let samples = x.columns / atoms
    let differences =
      x.gatheringTokens(pairs.orderedPairs.map(\.first), samples: samples)
      - x.gatheringTokens(pairs.orderedPairs.map(\.second), samples: samples)
    let ofPairs = differences.gatheringTokens(
      pairs.pairs.map { pairs.orderedPlace($0.first, $0.second) }, samples: samples)
    let distances = (ofPairs.squared().sumOfRows() + Self.softening).squareRoot()
    let features = radial(distances, times: times, axes: x.rows, wantsSlopes: wantsSlopes)
    let time = FieldStart.features(of: times)
    var h = start(time, atoms: atoms)
    var steps: [(first: Variable, second: Variable, radial: Variable, received: Variable)] = []
    var hidden: [Variable] = []
    for round in rounds {
      let first = round.messages.first(h)
      let second = round.messages.second(h)
      let between = radialOperand(round.messages, features.all)
      let received = messageScale * first.pairMessages(second, between, pairs, samples: samples)
      let inner = round.own(h) + round.received(received)
      h = h + round.output(inner.applying(.silu))
      steps.append((first, second, between, received))
      hidden.append(inner)
    }
    let first = forces.first(h)
    let second = forces.second(h)
    let between = radialOperand(forces, features.all)
    let ofSprings =
      (Self.springScale * tape.variable(springs).times(time)).gatheringRows(springRows)
      .reshaped(rows: RadialFeatures.stepCount, columns: distances.columns) * features.amplitude
    let pulled = (ofSprings * features.steps).sumOfRows()
      .gatheringTokens(pairs.orderedPairs.map { pairs.place($0.first, $0.second) }, samples: samples)
    let scores =
      first.pairScores(second, between, weights: tape.variable(weights), pairs, samples: samples) + pulled
    let reach = (distances + 1).reciprocal().gatheringTokens(
      pairs.orderedPairs.map { pairs.place($0.first, $0.second) }, samples: samples)
    let pulls = differences * (scores * reach)
    let moves = pairs.orderedPairs.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
    let factor = stretch(time)
    let velocity = pulls.addingTokens(moves, of: atoms, samples: samples) + x * factor.tilingColumns(atoms)
    return Pass(
      samples: samples, differences: differences, distances: distances, features: features, rounds: steps,
      hidden: hidden,
      forces: (first, second, between), springs: ofSprings, scores: scores, stretch: factor,
      velocity: velocity.removingMean(atoms: atoms))
  }

  /// Keeps the distance's derivative finite where two atoms meet.
  static let softening = 1e-6
  /// All features of the time together move a spring by little in one step of training.
  private static let springScale = 0.3
  /// Sums of messages are of order one.
  var messageScale: Double { 1 / Double(atoms - 1) }

  public func velocity(_ x: Variable, times: Variable) -> Variable {
    pass(x, times: times, wantsSlopes: false).velocity
  }
}
