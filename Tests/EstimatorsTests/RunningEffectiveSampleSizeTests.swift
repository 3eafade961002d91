import Estimators
import Testing

@Suite struct RunningEffectiveSampleSizeTests {
  /// Portions in which the largest weight rises, falls and is zero; 1e-12 is rounding.
  @Test(arguments: [1, 7, 100, 1000])
  func portionsSumToTheWhole(portion: Int) throws {
    let logWeights = WeightStatisticsTests.logWeights(1000, spread: 9)
    var running = RunningEffectiveSampleSize()
    #expect(running.value == 0)
    for start in stride(from: 0, to: logWeights.count, by: portion) {
      running.add(logWeights[start..<min(start + portion, logWeights.count)])
    }
    let whole = try LogWeights(logWeights).effectiveSampleSize
    #expect(abs(running.value / whole - 1) < 1e-12)
  }

  @Test func impossibleSamplesCountNothing() {
    var running = RunningEffectiveSampleSize([-.infinity, -.infinity])
    #expect(running.value == 0)
    running.add([-800, -800, -.infinity])
    #expect(running.value == 2)
  }
}
