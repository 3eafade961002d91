import Foundation
import NeuralNetworks

/// A velocity field of plain vectors, of which some coordinates may be angles: a residual network of the coordinates, of sines and
/// cosines of the angles, and of the time.
///
/// h₁ = W₁φ(x) + T₁τ, hₗ = hₗ₋₁ + Wₗ silu(hₗ₋₁) + Tₗτ, v = Vᵀ silu(h) + Tτ, τ features of the time.
///
/// The divergence is exact: the derivatives of all hidden features by every coordinate go forwards together, one column for each
/// coordinate and sample, and of the last matrix only the diagonal is computed.
///
/// Source: FFJORD (Grathwohl, Chen, Bettencourt, Sutskever & Duvenaud 2019, arXiv:1810.01367), with the exact trace in place of
/// Hutchinson's estimate.
public struct DenseField: VelocityField {
  /// Coordinates of a sample are the rows of one token.
  public let atoms = 1
  public let interchangeable: [[Int]] = []
  public let circular: [Int]
  let dimension: Int
  private let straight: [Int]
  private let harmonics: Int
  private let input: Linear
  private let layers: [Linear]
  /// T₁ … and T
  private let timeLayers: [Linear]
  private let drift: Linear
  /// Vᵀ
  private let output: Linear

  /// - Parameters:
  ///   - circular: coordinates that are angles.
  ///   - harmonics: sines and cosines of these and of their multiples.
  public init(
    dimension: Int, circular: [Int], width: Int, layers: Int, harmonics: Int, in builder: inout ParameterBuilder
  ) {
    precondition(layers > 0)
    let isCircular = Set(circular)
    (self.dimension, self.circular, self.harmonics) = (dimension, circular.sorted(), harmonics)
    straight = (0..<dimension).filter { !isCircular.contains($0) }
    let features = straight.count + 2 * harmonics * circular.count
    (input, self.layers, timeLayers, drift, output) = builder.scope("field") { builder in
      (
        Linear("input", inputs: features, outputs: width, in: &builder),
        (1..<layers).map {
          Linear("layers.\($0)", inputs: width, outputs: width, start: .normal(gain: 0.5), in: &builder)
        },
        (0..<layers).map {
          Linear("times.\($0)", inputs: FieldStart.timeFeatures, outputs: width, hasBias: false, in: &builder)
        },
        Linear("drift", inputs: FieldStart.timeFeatures, outputs: dimension, start: .zero, in: &builder),
        Linear("output", inputs: width, outputs: dimension, hasBias: false, start: .zero, in: &builder)
      )
    }
  }

  public var hasSymmetriesOfSpace: Bool { false }

  /// What silu is taken of, layer by layer, and v.
  private func pass(_ x: Variable, times: Variable) -> (hidden: [Variable], velocity: Variable) {
    let time = FieldStart.features(of: times)
    let parts =
      (straight.isEmpty ? [] : [x.gatheringRows(straight)])
      + (circular.isEmpty ? [] : [x.gatheringRows(circular).periodicEmbedding(harmonics: harmonics)])
    var h = input(parts.count == 1 ? parts[0] : parts[0].stacked(with: parts[1])) + timeLayers[0](time)
    var hidden = [h]
    for (layer, ofTime) in zip(layers, timeLayers.dropFirst()) {
      h = h + layer(h.applying(.silu)) + ofTime(time)
      hidden.append(h)
    }
    return (hidden, output(h.applying(.silu)) + drift(time))
  }

  public func velocity(_ x: Variable, times: Variable) -> Variable { pass(x, times: times).velocity }

  public func velocityAndDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double]) {
    let tape = x.tape
    let wasRecording = tape.isRecording
    tape.isRecording = false
    defer { tape.isRecording = wasRecording }
    let (hidden, velocity) = pass(x, times: times)
    let samples = x.columns
    var change = tape.variable(input.weight).times(
      tape.variable(
        directions(x.values, samples: samples), rows: straight.count + 2 * harmonics * circular.count,
        columns: dimension * samples))
    func sloped(_ h: Variable) -> Variable { change * tape.slope(of: .silu, at: h).tilingColumns(dimension) }
    for (layer, h) in zip(layers, hidden) { change = change + tape.variable(layer.weight).times(sloped(h)) }
    let unit = (0..<dimension * dimension).map { $0 % (dimension + 1) == 0 ? 1.0 : 0 }
    let last = tape.variable(unit, rows: dimension, columns: dimension).pulledBack(by: tape.variable(output.weight))
    let diagonal = (sloped(hidden.last!) * last).sumOfRows()
    return (velocity, diagonal.tokenSums(samples: samples))
  }

  /// All directions at once, on copies of the samples.
  public func recordedVelocityAndDivergence(_ x: Variable, times: Variable) -> (Variable, divergence: Variable) {
    let tape = x.tape
    let copies = x.tilingColumns(dimension)
    let v = velocity(copies, times: times.tilingColumns(dimension))
    let unit = (0..<dimension * dimension).map { $0 % (dimension + 1) == 0 ? 1.0 : 0 }
    let directions = tape.variable(unit, rows: dimension, columns: dimension)
    let none = tape.constant(0, rows: dimension, columns: copies.columns)
    let change = tape.pushForward([(copies, none + directions)], to: [v])[0]
    return (v.columns(0..<x.columns), ((change ?? none) * directions).sumOfRows())
  }

  /// Derivatives of the input's features by every coordinate, coordinate by coordinate and sample by sample.
  private func directions(_ x: [Double], samples: Int) -> [Double] {
    let columns = dimension * samples
    let rows = straight.count + 2 * harmonics * circular.count
    var result = [Double](repeating: 0, count: rows * columns)
    for (row, coordinate) in straight.enumerated() {
      for sample in 0..<samples { result[row * columns + coordinate * samples + sample] = 1 }
    }
    for k in 1...max(1, harmonics) {
      for (place, coordinate) in circular.enumerated() {
        let sine = straight.count + (2 * k - 2) * circular.count + place
        let cosine = sine + circular.count
        for sample in 0..<samples {
          let angle = Double(k) * x[coordinate * samples + sample]
          let column = coordinate * samples + sample
          result[sine * columns + column] = Double(k) * cos(angle)
          result[cosine * columns + column] = -Double(k) * sin(angle)
        }
      }
    }
    return result
  }
}
