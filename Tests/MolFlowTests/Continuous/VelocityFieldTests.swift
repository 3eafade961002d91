import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Testing

/// A velocity field with random parameters. A line in `all` runs the checks of this suite on it.
struct FieldCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable (PairClasses, inout ParameterBuilder) -> any VelocityField

  static let all: [FieldCase] = [
    FieldCase(testDescription: "pairs") { classes, builder in
      PairField(
        classes: classes, width: 12, gaussians: 6, longest: 5,
        statistics: (0..<classes.pairClassCount).map { (1.2 + 0.1 * Double($0), 0.3) }, in: &builder)
    },
    FieldCase(testDescription: "graph") { classes, builder in
      GraphField(classes: classes, width: 10, layers: 3, in: &builder)
    },
    FieldCase(testDescription: "graph of a context") { classes, builder in
      // Two features of each atom, the same for atoms of one class.
      let context = ConstantMatrix(
        (0..<2).flatMap { row in classes.ofAtoms.map { cos(Double(3 * row + $0)) } }, rows: 2,
        columns: classes.ofAtoms.count)
      return GraphField(classes: classes, context: context, width: 10, layers: 3, in: &builder)
    },
    FieldCase(testDescription: "kernels") { classes, builder in
      KernelField(classes: classes, gaussians: 7, longest: 5, in: &builder)
    },
  ]
}

@Suite struct VelocityFieldTests {
  /// Six atoms, the last three alike.
  static let classes = PairClasses(
    ofAtoms: [0, 1, 2, 3, 3, 3], bonds: [Bond(0, 1), Bond(1, 2), Bond(2, 3), Bond(2, 4), Bond(2, 5)])
  static let atoms = 6

  struct Made {
    var field: any VelocityField
    var parameters: [Double]
  }

  static func made(_ fieldCase: FieldCase) -> Made {
    var builder = ParameterBuilder(seed: 4)
    let field = fieldCase.make(classes, &builder)
    var random = RandomStream(seed: 9)
    // Away from zeros and from what vanishes at the start.
    return Made(field: field, parameters: builder.store.values.map { Double($0) + 0.2 * random.normal() })
  }

  /// Runs a computation in double precision.
  static func onTape<Result>(_ made: Made, _ body: (Tape) throws -> Result) rethrows -> Result {
    try withTape(made.parameters) { try body($0) }
  }

  static func withTape<Result>(_ parameters: [Double], _ body: (Tape) throws -> Result) rethrows -> Result {
    let buffer = UnsafeMutablePointer<Double>.allocate(capacity: parameters.count)
    defer { buffer.deallocate() }
    buffer.initialize(from: parameters, count: parameters.count)
    return try body(
      Tape(backend: DoublePrecisionBackend(), parameters: UnsafeMutableRawPointer(buffer), isRecording: true))
  }

  /// `[3][atoms × samples]`
  static func positions(samples: Int, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed)
    return (0..<3 * atoms * samples).map { _ in 1.3 * random.normal() }
  }

  static func velocity(_ made: Made, _ x: [Double], times: [Double]) -> [Double] {
    onTape(made) { tape in
      made.field.velocity(
        tape.variable(x, rows: 3, columns: atoms * times.count),
        times: tape.variable(times, rows: 1, columns: times.count)
      ).values
    }
  }

  @Test("The cheap divergence is the trace of the Jacobian", arguments: FieldCase.all)
  func divergence(_ fieldCase: FieldCase) throws {
    let made = Self.made(fieldCase)
    let times = [0.1, 0.6, 0.93]
    let x = Self.positions(samples: 3, seed: 1)
    let (cheap, byDirections) = Self.onTape(made) { tape in
      let times = tape.variable(times, rows: 1, columns: 3)
      let place = tape.variable(x, rows: 3, columns: Self.atoms * 3)
      return (
        made.field.velocityAndDivergence(place, times: times).divergence,
        made.field.directionalDivergence(
          tape.variable(x, rows: 3, columns: Self.atoms * 3, needsAdjoint: true), times: times
        ).divergence
      )
    }
    // Central differences of the velocity.
    var byDifferences = [Double](repeating: 0, count: 3)
    let step = 1e-5
    for row in 0..<3 * Self.atoms {
      var (ahead, behind) = (x, x)
      for sample in 0..<3 {
        ahead[row * 3 + sample] += step
        behind[row * 3 + sample] -= step
      }
      let (up, down) = (Self.velocity(made, ahead, times: times), Self.velocity(made, behind, times: times))
      for sample in 0..<3 {
        byDifferences[sample] += (up[row * 3 + sample] - down[row * 3 + sample]) / (2 * step)
      }
    }
    for sample in 0..<3 {
      let scale = max(1, abs(byDifferences[sample]))
      #expect(abs(byDirections[sample] - byDifferences[sample]) < 1e-6 * scale)
      #expect(
        abs(cheap[sample] - byDirections[sample]) < 1e-9 * scale, "\(cheap[sample]), expected \(byDirections[sample])")
    }
  }

  @Test("Fields turn, reflect and permute with the atoms, and do not see translations", arguments: FieldCase.all)
  func equivariance(_ fieldCase: FieldCase) throws {
    let made = Self.made(fieldCase)
    let x = Self.positions(samples: 2, seed: 2)
    let times = [0.3, 0.8]
    let v = Self.velocity(made, x, times: times)
    let columns = 2 * Self.atoms
    func expect(_ found: [Double], _ expected: [Double], _ what: String) {
      let worst = zip(found, expected).map { abs($0 - $1) }.max()!
      #expect(worst < 1e-9, "\(what): \(worst)")
    }
    // A rotation with a reflection.
    let (c, s) = (cos(0.7), sin(0.7))
    let turn = [[c, -s, 0], [s, c, 0], [0, 0, -1.0]]
    func turned(_ y: [Double]) -> [Double] {
      (0..<3).flatMap { a in
        (0..<columns).map { column in (0..<3).reduce(0) { $0 + turn[a][$1] * y[$1 * columns + column] } }
      }
    }
    expect(Self.velocity(made, turned(x), times: times), turned(v), "rotation")
    let moved = x.enumerated().map { $1 + [0.3, -2, 1.1][$0 / columns] }
    expect(Self.velocity(made, moved, times: times), v, "translation")
    let order = [0, 1, 2, 5, 3, 4]
    func permuted(_ y: [Double]) -> [Double] {
      (0..<3).flatMap { a in order.flatMap { atom in (0..<2).map { y[a * columns + atom * 2 + $0] } } }
    }
    expect(Self.velocity(made, permuted(x), times: times), permuted(v), "permutation")
    #expect(v.map(abs).max()! > 0.01)
    for axis in 0..<3 {
      for sample in 0..<2 {
        let sum = (0..<Self.atoms).reduce(0.0) { $0 + v[axis * columns + $1 * 2 + sample] }
        #expect(abs(sum) < 1e-10)
      }
    }
  }
}
