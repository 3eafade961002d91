/// Items per second of repeated calls.
enum MeasuredRate {
  /// The median over calls that together last about `seconds`; the first call is not counted.
  static func perSecond(items: Int, seconds: Double, _ body: (_ round: Int) throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    func time(_ round: Int) throws -> Double {
      let duration = try clock.measure { try body(round) }
      return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
    _ = try time(0)
    var times = [try time(1)]
    while times.reduce(0, +) < seconds || times.count < 3 { times.append(try time(times.count + 1)) }
    return Double(items) / times.sorted()[times.count / 2]
  }
}
