import Energies
import Foundation

/// The first ΔF that stands in the JSON file beside a reference ensemble, as `free-energy` writes it, and what its replica exchange spent on it.
struct ReferenceFreeEnergy {
  let name: String
  /// kT
  let value: Double
  let error: Double
  let energyEvaluations: Double

  private struct File: Decodable {
    struct FreeEnergy: Decodable {
      var name: String
      var delta_f_kT: Double?
      var error_kT: Double?
    }
    var energy_evaluations: Double?
    var free_energies: [FreeEnergy]
  }

  /// Nil where there is no such file, or its simulation could not tell ΔF and its error.
  /// - Throws: `InputError` where the file is not one of `free-energy`.
  init?(besides path: String) throws {
    guard path.hasSuffix(".nc"), let data = FileManager.default.contents(atPath: path.dropLast(3) + ".json") else {
      return nil
    }
    guard let file = try? JSONDecoder().decode(File.self, from: data) else {
      throw InputError(
        path.dropLast(3) + ".json", "cannot be read", expected: "free energies as `molsample free-energy` writes them",
        advice: "write it anew, or remove it to go without a reference of ΔF")
    }
    guard let evaluations = file.energy_evaluations, let first = file.free_energies.first,
      let value = first.delta_f_kT, let error = first.error_kT
    else { return nil }
    (name, self.value, self.error, energyEvaluations) = (first.name, value, error, evaluations)
  }

  /// Evaluations with which the same simulation would come to another error, by 1/error²; nil without one.
  func evaluations(forError wanted: Double?) -> Double? {
    Self.evaluations(energyEvaluations, error: error, forError: wanted)
  }

  static func evaluations(_ evaluations: Double, error: Double?, forError wanted: Double?) -> Double? {
    guard let error, let wanted, wanted > 0 else { return nil }
    return evaluations * (error / wanted) * (error / wanted)
  }
}
