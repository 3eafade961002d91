import CLaneKernels
import Energies
import Foundation
import Testing

/// The vectorised elementary functions against the C library, in units in the last place.
@Suite struct LaneFunctionTests {
  /// |a − b| in units of the last place of b.
  static func ulps(_ a: Double, _ b: Double) -> Double { abs(a - b) / b.ulp }

  /// A count that is a multiple of `LaneBlock.lanes`, spread evenly over [low, high].
  static func points(_ low: Double, _ high: Double) -> [Double] {
    (0..<80_000).map { low + (high - low) * (Double($0) + 0.5) / 80_000 }
  }

  @Test("exp is within 2 ulp from −700 to 700", arguments: InstructionSet.allCases)
  func exponential(set: InstructionSet) {
    let x = Self.points(-700, 700) + Self.points(-1e-3, 1e-3)
    var result = x
    guard set.onThisThread({ lane_array_exp(Int64(x.count), x, &result) }) != nil else { return }
    for (value, x) in zip(result, x) { #expect(Self.ulps(value, exp(x)) <= 2) }
  }

  @Test("log is within 2 ulp over 600 decades and near 1", arguments: InstructionSet.allCases)
  func logarithm(set: InstructionSet) {
    let x = Self.points(-690, 690).map { exp($0) } + Self.points(0.5, 2)
    var result = x
    guard set.onThisThread({ lane_array_log(Int64(x.count), x, &result) }) != nil else { return }
    for (value, x) in zip(result, x) { #expect(Self.ulps(value, log(x)) <= 2) }
  }

  @Test("sin and cos are within 2·10⁻¹⁶ of the exact value", arguments: InstructionSet.allCases)
  func sineAndCosine(set: InstructionSet) {
    let x = Self.points(-7, 7) + Self.points(-1e4, 1e4)
    var sine = x, cosine = x
    guard set.onThisThread({ lane_array_sincos(Int64(x.count), x, &sine, &cosine) }) != nil else { return }
    for i in x.indices {
      #expect(abs(sine[i] - sin(x[i])) < 2e-16 && abs(cosine[i] - cos(x[i])) < 2e-16)
    }
  }

  @Test("atan2 is within 3 ulp in all quadrants and on the axes", arguments: InstructionSet.allCases)
  func arcTangent(set: InstructionSet) {
    let angles = Self.points(-Double.pi, Double.pi)
    var y = angles.enumerated().map { sin($1) * (1 + Double($0 % 7)) }
    var x = angles.enumerated().map { cos($1) * (1 + Double($0 % 7)) }
    y += [0, 0, 1, -1, 1, -1, 1e-300, 0]
    x += [1, -1, 0, 0, 1, -1, -1, 5]
    var result = x
    guard set.onThisThread({ lane_array_atan2(Int64(x.count), y, x, &result) }) != nil else { return }
    for i in x.indices { #expect(abs(result[i] - atan2(y[i], x[i])) <= 3 * max(atan2(y[i], x[i]).ulp, 1e-300)) }
  }

  /// |a − b| in units of the last place of b as a float.
  static func ulps(_ a: Float, _ b: Double) -> Double { abs(Double(a) - b) / Double(max(Float(abs(b)), 1e-37).ulp) }

  @Test("Single-precision functions are within 3 ulp", arguments: InstructionSet.allCases)
  func single(set: InstructionSet) {
    _ = set.onThisThread {
      func check(
        _ name: String, _ x: [Double], _ exact: (Double) -> Double,
        _ function: (Int64, [Float], inout [Float]) -> Void
      ) {
        let arguments = x.map(Float.init)
        var result = arguments
        function(Int64(x.count), arguments, &result)
        let worst = zip(result, arguments).map { Self.ulps($0, exact(Double($1))) }.max()!
        #expect(worst <= 3, "\(name): \(worst)")
      }
      let wide = Self.points(-80, 80), near = Self.points(0.5, 2)
      check("exp", wide + Self.points(-1e-3, 1e-3), exp) { lane_array_exp_single($0, $1, &$2) }
      check("log", wide.map(exp) + near, log) { lane_array_log_single($0, $1, &$2) }
      check("1/√x", wide.map(exp) + near, { 1 / $0.squareRoot() }) { lane_array_inverse_sqrt_single($0, $1, &$2) }
      let angles = Self.points(-Double.pi, Double.pi)
      let y = angles.enumerated().map { Float(sin($1) * (1 + Double($0 % 7))) } + [0, 0, 1, -1, 1, -1, 1e-30, 0]
      let x = angles.enumerated().map { Float(cos($1) * (1 + Double($0 % 7))) } + [1, -1, 0, 0, 1, -1, -1, 5]
      let turns = (Self.points(-7, 7) + Self.points(-900, 900)).map(Float.init)
      var result = turns, other = turns
      lane_array_atan2_single(Int64(x.count / 16 * 16), y, x, &result)
      for i in 0..<x.count / 16 * 16 { #expect(Self.ulps(result[i], atan2(Double(y[i]), Double(x[i]))) <= 4) }
      lane_array_sincos_single(Int64(turns.count), turns, &result, &other)
      for i in turns.indices {
        #expect(abs(Double(result[i]) - sin(Double(turns[i]))) < 1.2e-7)
        #expect(abs(Double(other[i]) - cos(Double(turns[i]))) < 1.2e-7)
      }
    }
  }

  @Test("NaN goes in and comes out")
  func notANumber() {
    let x = [Double](repeating: .nan, count: LaneBlock.lanes)
    var result = [Double](repeating: 0, count: LaneBlock.lanes), other = result
    lane_array_exp(Int64(x.count), x, &result)
    #expect(result.allSatisfy { $0.isNaN })
    lane_array_sincos(Int64(x.count), x, &result, &other)
    #expect(result.allSatisfy { $0.isNaN } && other.allSatisfy { $0.isNaN })
    lane_array_atan2(Int64(x.count), x, [Double](repeating: 1, count: x.count), &result)
    #expect(result.allSatisfy { $0.isNaN })
  }
}
