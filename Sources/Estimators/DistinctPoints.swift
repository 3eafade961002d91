/// The places where a set of points has mass: points at one place, as resampling makes them, are one.
struct DistinctPoints {
  /// Shape `[P][D]`, flat.
  private(set) var coordinates: [Double] = []
  /// Shape `[P]`.
  private(set) var masses: [Int64] = []
  /// The points at each place, shape `[P]`.
  private(set) var members: [[Int]] = []
  /// The number of each point's place; nil without mass. Shape `[N]`.
  private(set) var places: [Int?] = []

  init(_ points: WeightedPoints, masses pointMasses: [Int64]) {
    var known: [ArraySlice<Double>: Int] = [:]
    for (sample, mass) in pointMasses.enumerated() {
      guard mass > 0 else {
        places.append(nil)
        continue
      }
      let point = points.point(sample)
      if let place = known[point] {
        masses[place] += mass
        members[place].append(sample)
        places.append(place)
      } else {
        known[point] = masses.count
        places.append(masses.count)
        masses.append(mass)
        members.append([sample])
        coordinates.append(contentsOf: point)
      }
    }
  }
}
