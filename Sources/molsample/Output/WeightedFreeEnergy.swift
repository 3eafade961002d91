import Energies
import Estimators
import Foundation

/// ΔF of a region from weighted samples, −ln(weight inside/weight outside), with the error of the weighted share.
enum WeightedFreeEnergy {
  static func of(
    _ region: SystemDescription.DihedralRegion, x: Configurations, logWeights: [Double], _ statistics: WeightStatistics
  ) throws -> RunSummary.FreeEnergy {
    let angles = (0..<x.count).map { sample in
      let places = (0..<4).map { x.position(sample: sample, atom: region.atoms[$0]) }
      return Dihedral(places[0], places[1], places[2], places[3]).angle
    }
    return try of(region, angles: angles, logWeights: logWeights, statistics)
  }

  static func of(
    _ region: SystemDescription.DihedralRegion, angles: [Double], logWeights: [Double], _ statistics: WeightStatistics
  ) throws -> RunSummary.FreeEnergy {
    let middle = (region.range.lowerBound + region.range.upperBound) / 2
    let half = (region.range.upperBound - region.range.lowerBound) / 2
    let inside = angles.map { angle -> Double in
      abs((angle - middle).remainder(dividingBy: 2 * Double.pi)) < half ? 1 : 0
    }
    let share = try WeightedMean(of: inside, weights: try LogWeights(logWeights))
    guard share.value > 0, share.value < 1 else {
      return .init(
        name: region.name, delta_f_kT: nil, error_kT: nil,
        reason: "all weight is \(share.value > 0 ? "inside" : "outside") the region")
    }
    let difference = -log(share.value / (1 - share.value))
    let error = share.standardError.map { $0 / (share.value * (1 - share.value)) }
    return .init(
      name: region.name, delta_f_kT: difference, error_kT: error, reason: Verdict.heavyTail(statistics))
  }
}
