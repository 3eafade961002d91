/// How well walkers move between the states of a replica exchange.
public struct ExchangeStatistics: Sendable, Codable, Equatable {
  /// Attempts between states j and j + 1.
  public private(set) var attempts: [Int]
  /// Σ of acceptance probabilities; over `attempts` it is the mean acceptance, with less noise than the count.
  public private(set) var probabilitySums: [Double]
  public private(set) var accepted: [Int]
  /// Journeys from the first state to the last and back, of all walkers together.
  public private(set) var roundTrips = 0
  /// Which walker of ladder r stands in state k, `[k * replicas + r]`.
  private var occupants: [Int]
  /// Where walker i of ladder r was last, `[i * replicas + r]`: 1 the first state, −1 the last, 0 neither yet.
  private var lastEnd: [Int8]
  private let replicas: Int

  init(states: Int, replicas: Int) {
    self.replicas = replicas
    attempts = [Int](repeating: 0, count: states - 1)
    probabilitySums = [Double](repeating: 0, count: states - 1)
    accepted = attempts
    occupants = (0..<states * replicas).map { $0 / replicas }
    lastEnd = [Int8](repeating: 0, count: states * replicas)
    if states > 1 { countRoundTrips() }
  }

  func fits(states: Int, replicas: Int) -> Bool {
    self.replicas == replicas && attempts.count == states - 1 && probabilitySums.count == states - 1
      && accepted.count == states - 1 && occupants.count == states * replicas && lastEnd.count == states * replicas
      && occupants.allSatisfy { (0..<states).contains($0) }
  }

  /// Mean acceptance between states j and j + 1; nil before the first attempt.
  public func acceptance(_ j: Int) -> Double? { attempts[j] == 0 ? nil : probabilitySums[j] / Double(attempts[j]) }

  /// The walker of ladder r that stands in state k, counted by the state it started in.
  public func walker(inState k: Int, replica r: Int) -> Int { occupants[k * replicas + r] }

  mutating func record(pair j: Int, replica r: Int, probability: Double, accepted: Bool) {
    attempts[j] += 1
    probabilitySums[j] += probability
    guard accepted else { return }
    self.accepted[j] += 1
    occupants.swapAt(j * replicas + r, (j + 1) * replicas + r)
  }

  mutating func countRoundTrips() {
    let top = attempts.count
    for r in 0..<replicas {
      let low = walker(inState: 0, replica: r) * replicas + r, high = walker(inState: top, replica: r) * replicas + r
      if lastEnd[low] == -1 { roundTrips += 1 }
      lastEnd[low] = 1
      if lastEnd[high] == 1 { lastEnd[high] = -1 }
    }
  }
}
