/// Written by Golden/make_distances.py; the points themselves are built by `DistanceTests`.
enum DistanceGoldenValues {
  struct Line: Sendable {
    let seed: UInt64
    let n: Int
    let m: Int
    let isWeighted: Bool
    let first: Double
    let second: Double
  }
  struct Transport: Sendable {
    let seed: UInt64
    let n: Int
    let m: Int
    let dimension: Int
    let isWeighted: Bool
    let isTorus: Bool
    /// W2 squared
    let cost: Double
  }
  struct Divergence: Sendable {
    let seed: UInt64
    let bins: Int
    let nats: Double
    let bits: Double
  }

  static let lines = [
    Line(seed: 1, n: 300, m: 217, isWeighted: false, first: 0.27114197049535066, second: 0.30570195769529135),
    Line(seed: 2, n: 250, m: 250, isWeighted: false, first: 0.2345007444809123, second: 0.29499665958412824),
    Line(seed: 3, n: 180, m: 300, isWeighted: true, first: 0.3402198799193339, second: 0.41555820941446087),
  ]
  static let transports = [
    Transport(
      seed: 11, n: 500, m: 500, dimension: 2, isWeighted: false, isTorus: true,
      cost: 0.2884999033287638),
    Transport(
      seed: 12, n: 300, m: 450, dimension: 4, isWeighted: true, isTorus: true,
      cost: 1.0532038940428086),
    Transport(
      seed: 13, n: 250, m: 400, dimension: 2, isWeighted: false, isTorus: true,
      cost: 0.2924341651748366),
    Transport(
      seed: 14, n: 400, m: 300, dimension: 2, isWeighted: true, isTorus: false,
      cost: 0.678313157719056),
    Transport(
      seed: 15, n: 350, m: 350, dimension: 3, isWeighted: false, isTorus: false,
      cost: 0.5262967947051718),
    Transport(
      seed: 16, n: 1, m: 9, dimension: 2, isWeighted: true, isTorus: false,
      cost: 10.43423153078273),
  ]
  static let divergences = [
    Divergence(seed: 21, bins: 40, nats: 0.24395308181832157, bits: 0.3519499013488721),
    Divergence(seed: 22, bins: 120, nats: 0.22188054011081404, bits: 0.3201059548876362),
  ]
}
