import Energies
import Foundation
import Randomness
import Testing

@testable import Sampling

@Suite struct ReplicaExchangeTests {
  /// u = β u₀, so that states are temperatures.
  struct Tempered: TargetDensity {
    let base: ModelDensity<AsymmetricDoubleWell>
    let beta: Double

    var dimension: Int { base.dimension }

    func reducedPotentials(of x: borrowing Configurations) throws -> [Double] {
      try base.reducedPotentials(of: x).map { $0 * beta }
    }

    func reducedPotentials(of x: borrowing Configurations, gradient: inout Configurations) throws -> [Double] {
      let u = try base.reducedPotentials(of: x, gradient: &gradient)
      for i in gradient.coordinates.indices { gradient.coordinates[i] *= beta }
      return u.map { $0 * beta }
    }
  }

  static let betas = [1, 0.55, 0.3, 0.15]
  static let base = ModelDensity(model: AsymmetricDoubleWell())

  static func sampler(
    replicas: Int, threads: Int = 1, exchange: Int? = 2, seed: UInt64 = 5
  ) -> ReplicaExchange<Tempered, GeneralizedHamiltonianMonteCarlo> {
    ReplicaExchange(
      targets: betas.map { Tempered(base: base, beta: $0) },
      kernels: betas.map {
        GeneralizedHamiltonianMonteCarlo(
          velocityVariances: [1 / $0, 1 / $0], stepSize: 0.15, friction: 0.5, leapfrogSteps: 4)
      },
      replicas: replicas, stepsPerExchange: exchange, threads: threads, random: RandomStream(seed: seed))
  }

  /// All walkers in the left, deeper well.
  static func start(_ replicas: Int) -> [Configurations] {
    betas.map { _ in
      Configurations(count: replicas, dimension: 2, coordinates: (0..<replicas).flatMap { _ in [-2.5, 0.0] })
    }
  }

  /// Exact mean of f(x₀) at β by quadrature.
  static func exact(_ beta: Double, _ f: (Double) -> Double) -> Double {
    let well = base.model.well
    var sum = 0.0, weighted = 0.0
    for i in 0..<40_000 {
      let x = -8 + 16 * (Double(i) + 0.5) / 40_000
      let weight = exp(-beta * well.value(x))
      sum += weight
      weighted += weight * f(x)
    }
    return weighted / sum
  }

  @Test("Every state reaches its own distribution across a barrier, and ladders are independent")
  func distributions() throws {
    // 400 ladders, each of 150 frames: z-scores of means over ladders. |z| > 5 by chance: 6·10⁻⁷ each, 12 of them.
    let replicas = 400
    let sampler = Self.sampler(replicas: replicas)
    var state = try sampler.start(at: Self.start(replicas))
    try sampler.advance(&state, steps: 400)
    let observables: [(String, (Double) -> Double)] = [
      ("x", { $0 }), ("x²", { $0 * $0 }), ("left", { $0 < 0 ? 1 : 0 }),
    ]
    var sums = [[[Double]]](
      repeating: observables.map { _ in [Double](repeating: 0, count: replicas) }, count: Self.betas.count)
    let frames = 150
    for _ in 0..<frames {
      try sampler.advance(&state, steps: 4)
      for k in Self.betas.indices {
        let x = state.positions(ofState: k)
        for r in 0..<replicas {
          for (o, observable) in observables.enumerated() { sums[k][o][r] += observable.1(x[r, 0]) / Double(frames) }
        }
      }
    }
    for (k, beta) in Self.betas.enumerated() {
      for (o, observable) in observables.enumerated() {
        let z = ZScore(sums[k][o], expected: Self.exact(beta, observable.1))
        #expect(abs(z.value) < 5, "β = \(beta), \(observable.0): \(z)")
      }
    }
    #expect(state.exchanges.roundTrips > replicas)
    // Every walker is somewhere, once.
    for r in 0..<replicas {
      #expect(Set(Self.betas.indices.map { state.exchanges.walker(inState: $0, replica: r) }).count == Self.betas.count)
    }
  }

  @Test("The same bytes for any number of threads, and with states cut into other portions")
  func reproducible() throws {
    let one = Self.sampler(replicas: 150), three = Self.sampler(replicas: 150, threads: 3)
    var a = try one.start(at: Self.start(150)), b = try three.start(at: Self.start(150))
    try one.advance(&a, steps: 31)
    for steps in [1, 10, 3, 17] { try three.advance(&b, steps: steps) }
    for k in Self.betas.indices {
      #expect(a.positions(ofState: k) == b.positions(ofState: k))
      #expect(a.velocities(ofState: k) == b.velocities(ofState: k))
      #expect(a.reducedPotentials(ofState: k) == b.reducedPotentials(ofState: k))
    }
    #expect(a.exchanges == b.exchanges)
  }

  @Test("A checkpoint, also through JSON, goes on to the same bytes; one of another shape is refused")
  func checkpoint() throws {
    let sampler = Self.sampler(replicas: 70)
    var whole = try sampler.start(at: Self.start(70))
    try sampler.advance(&whole, steps: 15)
    let data = try JSONEncoder().encode(sampler.checkpoint(of: whole))
    try sampler.advance(&whole, steps: 20)
    let checkpoint = try JSONDecoder().decode(SamplerCheckpoint.self, from: data)
    var resumed = try #require(try sampler.state(from: checkpoint))
    try sampler.advance(&resumed, steps: 20)
    for k in Self.betas.indices {
      #expect(whole.positions(ofState: k) == resumed.positions(ofState: k))
      #expect(whole.velocities(ofState: k) == resumed.velocities(ofState: k))
    }
    #expect(whole.exchanges == resumed.exchanges)
    #expect(whole.acceptanceSums == resumed.acceptanceSums)
    #expect(try Self.sampler(replicas: 71).state(from: checkpoint) == nil)
  }

  @Test("Without exchange walkers stay in their well; with it they cross")
  func barrier() throws {
    // The barrier from the left is 11.6 kT: a crossing within 200 short steps has a chance below 10⁻³ for all walkers. With
    // exchange the right well's share is 0.7 %, about 140 of the frames counted here.
    func framesAcross(_ exchange: Int?) throws -> Int {
      let sampler = Self.sampler(replicas: 200, exchange: exchange)
      var state = try sampler.start(at: Self.start(200))
      var across = 0
      for _ in 0..<100 {
        try sampler.advance(&state, steps: exchange == nil ? 2 : 8)
        let x = state.positions(ofState: 0)
        across += (0..<200).count { x[$0, 0] > 0 }
      }
      return across
    }
    #expect(try framesAcross(nil) == 0)
    #expect(try framesAcross(2) > 10)
  }

  @Test("A start where the energy is infinite is refused")
  func impossibleStart() throws {
    let wall = LennardJonesCluster(particleCount: 2)
    let sampler = ReplicaExchange(
      targets: [ModelDensity(model: wall)],
      kernels: [RandomWalkMetropolis(stepSize: 0.1)], replicas: 2, stepsPerExchange: nil, threads: 1,
      random: RandomStream(seed: 1))
    let x = Configurations(count: 2, dimension: 6, coordinates: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: SamplingError.impossibleStart(walker: 1)) { try sampler.start(at: [x]) }
  }

  // MARK: Ladders

  /// A harmonic molecule of f degrees of freedom has ⟨U⟩ = f kT/2 and σ = kT √(f/2).
  static func harmonicPilots(_ degrees: Double, _ temperatures: [Double]) -> [TemperatureLadder.Pilot] {
    temperatures.map { t in
      let kT = Units.gasConstant * t
      return TemperatureLadder.Pilot(
        temperature: t, meanEnergy: 0.5 * degrees * kT, standardDeviation: kT * (0.5 * degrees).squareRoot())
    }
  }

  @Test("Predicted acceptance is that of harmonic molecules", arguments: [30.0, 60, 120])
  func predictedAcceptance(degrees: Double) {
    // Energies of a harmonic molecule are gamma distributed: drawn as sums of squares of normals.
    let ladder = TemperatureLadder(pilots: Self.harmonicPilots(degrees, [250, 300, 360, 430, 520]))
    var random = RandomStream(seed: 8)
    func energy(_ t: Double) -> Double {
      0.5 * Units.gasConstant * t * random.normals(Int(degrees)).reduce(0) { $0 + $1 * $1 }
    }
    let difference = 1 / (Units.gasConstant * 300) - 1 / (Units.gasConstant * 380)
    let found = (0..<20_000).map { _ in min(1, exp(difference * (energy(300) - energy(380)))) }
    let mean = found.reduce(0, +) / Double(found.count)
    // The energies are not quite normal; sampling adds 0.003.
    #expect(abs(mean - ladder.acceptance(300, 380)) < 0.03)
  }

  @Test("Ladders reach both ends with equal and sufficient acceptance")
  func ladder() {
    let ladder = TemperatureLadder(pilots: Self.harmonicPilots(66, [300, 400, 550, 700, 900]))
    for wanted in [0.15, 0.3, 0.5] {
      let temperatures = ladder.temperatures(from: 300, to: 900, acceptance: wanted)
      #expect(temperatures.first == 300 && temperatures.last == 900)
      let acceptances = zip(temperatures, temperatures.dropFirst()).map { ladder.acceptance($0, $1) }
      #expect(acceptances.allSatisfy { $0 >= wanted - 1e-9 })
      // The last gap may be shorter by what bisection leaves.
      #expect(acceptances.max()! - acceptances.min()! < 1e-3)
      // One temperature less would not do.
      let fewer = ladder.temperatures(from: 300, to: 900, acceptance: acceptances.min()! + 1e-3)
      #expect(fewer.count == temperatures.count + 1)
    }
    #expect(TemperatureLadder.geometric(from: 300, to: 600, count: 3)[1] == 300 * 2.0.squareRoot())
  }

  @Test("Doubles survive packing bit for bit")
  func packing() throws {
    let values = [0.1, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, 1.7976931348623157e308, .nan]
    let unpacked = try JSONDecoder().decode(PackedDoubles.self, from: JSONEncoder().encode(PackedDoubles(values)))
    #expect(unpacked.values.map(\.bitPattern) == values.map(\.bitPattern))
  }
}
