/// Integer masses of two sets of weighted points, with equal totals.
struct TransportMasses {
  /// Shape `[N]`
  let supplies: [Int64]
  /// Shape `[M]`
  let demands: [Int64]
  let total: Int64

  init(_ source: WeightedPoints, _ target: WeightedPoints) {
    if source.logWeights == nil && target.logWeights == nil {
      // M/g for each of N points and N/g for each of M.
      var (divisor, rest) = (source.count, target.count)
      while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
      supplies = [Int64](repeating: Int64(target.count / divisor), count: source.count)
      demands = [Int64](repeating: Int64(source.count / divisor), count: target.count)
      total = Int64(source.count) * supplies[0]
      return
    }
    let whole: Int64 = 1 << 60
    func masses(_ shares: [Double]) -> [Int64] {
      var rounded = shares.map { Int64(($0 * Double(whole)).rounded()) }
      let largest = rounded.indices.max { rounded[$0] < rounded[$1] }!
      rounded[largest] += whole - rounded.reduce(0, +)
      return rounded
    }
    supplies = masses(source.shares)
    demands = masses(target.shares)
    total = whole
  }
}
