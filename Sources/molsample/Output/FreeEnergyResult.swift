import Energies
import Estimators

/// ΔF of a region, −ln(p/(1 − p)) with p the weighted share of samples inside, as results print it.
struct FreeEnergyResult: Codable {
  var name: String
  /// null where it cannot be told.
  @ExplicitNull var delta_f_kT: Double?
  @ExplicitNull var error_kT: Double?
  @ExplicitNull var delta_f_kJ_mol: Double?
  @ExplicitNull var error_kJ_mol: Double?
  @ExplicitNull var delta_f_kcal_mol: Double?
  @ExplicitNull var error_kcal_mol: Double?
  /// Why there is no value or no error, or why not to rely on it.
  @ExplicitNull var reason: String?

  /// - Parameters:
  ///   - angles: of the region's dihedral, rad, `[N]`.
  ///   - logWeights: ln w, `[N]`; nil for equal weights.
  ///   - doubt: why errors from these weights mean little, if so.
  init(
    _ region: SystemDescription.DihedralRegion, angles: [Double], logWeights: [Double]?, dependence: SampleDependence,
    temperature: Double, doubt: String? = nil
  ) {
    name = region.name
    let kJ = Units.gasConstant * temperature, kcal = kJ / Units.kilojoulesPerKilocalorie
    do {
      let found = try RegionFreeEnergy(
        angles: angles, region: CircularRange(from: region.range.lowerBound, to: region.range.upperBound),
        logWeights: logWeights, dependence: dependence)
      (delta_f_kT, error_kT) = (found.value, found.standardError)
      reason = doubt ?? found.reasonForNoError.map { "\($0)" }
    } catch EstimatorError.oneSided(let inside) {
      reason = "all weight is \(inside ? "inside" : "outside") the region"
    } catch {
      reason = "\(error)"
    }
    (delta_f_kJ_mol, error_kJ_mol) = (delta_f_kT.map { $0 * kJ }, error_kT.map { $0 * kJ })
    (delta_f_kcal_mol, error_kcal_mol) = (delta_f_kT.map { $0 * kcal }, error_kT.map { $0 * kcal })
  }

  /// "3.871 ± 0.045 kT = 9.655 ± 0.11 kJ/mol = 2.308 ± 0.027 kcal/mol", or why there is none.
  func text(errorBar: (Double?) -> String = { $0.map { significant($0, 2) } ?? "unknown" }) -> String {
    guard let delta_f_kT, let delta_f_kJ_mol, let delta_f_kcal_mol else { return "unknown: \(reason ?? "")" }
    return "\(significant(delta_f_kT)) ± \(errorBar(error_kT)) kT = \(significant(delta_f_kJ_mol)) ± "
      + "\(errorBar(error_kJ_mol)) kJ/mol = \(significant(delta_f_kcal_mol)) ± \(errorBar(error_kcal_mol)) kcal/mol"
  }
}
