import Estimators
import Foundation
import Testing

@Suite struct LogSumExpTests {
  @Test func knownSums() {
    // Two or three roundings: 4e-16 relative.
    #expect(abs(LogSumExp.of([0, 0, 0, 0]) - log(4)) < 1e-15)
    #expect(abs(LogSumExp.of([log(1), log(2), log(3)]) - log(6)) < 1e-15)
    #expect(abs(LogSumExp.of([1000, 1000]) - (1000 + log(2))) < 2e-13)
    #expect(LogSumExp.of([-1e6]) == -1e6)
    #expect(LogSumExp.of([-1e6, 0]) == 0)
  }

  @Test func infinitiesAndNaN() {
    #expect(LogSumExp.of([]) == -.infinity)
    #expect(LogSumExp.of([-.infinity, -.infinity]) == -.infinity)
    #expect(LogSumExp.of([-.infinity, 2]) == 2)
    #expect(LogSumExp.of([2, -.infinity]) == 2)
    #expect(LogSumExp.of([2, .infinity, -.infinity, 3]) == .infinity)
    #expect(LogSumExp.of([.infinity, .infinity]) == .infinity)
    #expect(LogSumExp.of([1, .nan, 2]).isNaN)
    #expect(LogSumExp.of([.infinity, .nan]).isNaN)
    #expect(LogSumExp.of([.nan, .infinity]).isNaN)
    #expect(LogSumExp.of([.greatestFiniteMagnitude, -.greatestFiniteMagnitude]) == .greatestFiniteMagnitude)
  }

  @Test func partsMerge() {
    let values = (0..<101).map { 50 * sin(Double($0) * 1.7) }
    for split in [0, 1, 50, 101] {
      var (left, right) = (LogSumExp(), LogSumExp())
      for value in values[..<split] { left.add(value) }
      for value in values[split...] { right.add(value) }
      left.merge(right)
      #expect(abs(left.value - LogSumExp.of(values)) < 1e-13)
    }
  }
}
