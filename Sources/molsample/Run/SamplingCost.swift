import Foundation

/// What effective samples cost, beside what replica exchange needs for free energies with the same errors.
struct SamplingCost: Codable {
  /// Of drawing and weighting, without check and pictures; null where the samples were there already.
  @ExplicitNull var seconds_per_effective_sample: Double?
  var energy_evaluations_per_effective_sample: Double
  /// Evaluations with which the replica exchange of the reference ensemble would come to the error of the first ΔF, by 1/error²
  /// from its own; null without reference or error.
  @ExplicitNull var replica_exchange_energy_evaluations: Double?
  /// The same at this machine's rate, as the forward check found it.
  @ExplicitNull var replica_exchange_seconds: Double?

  /// - Parameters:
  ///   - seconds: of drawing; nil where nothing was drawn.
  ///   - rate: evaluations of energy and forces a second in replica exchange; nil without check.
  init(
    seconds: Double?, evaluations: Int, effectiveSamples: Double, freeEnergies: [FreeEnergyResult], reference: String?,
    rate: Double?
  ) {
    seconds_per_effective_sample = seconds.map { $0 / effectiveSamples }
    energy_evaluations_per_effective_sample = Double(evaluations) / effectiveSamples
    if let known = reference.flatMap(Self.freeEnergy(besides:)),
      let own = freeEnergies.first(where: { $0.name == known.name })?.error_kT,
      let needed = known.evaluations(forError: own)
    {
      replica_exchange_energy_evaluations = needed
      replica_exchange_seconds = rate.map { needed / $0 }
    }
  }

  /// A run that is done is not lost for a damaged file that tells what another way costs.
  private static func freeEnergy(besides reference: String) -> ReferenceFreeEnergy? {
    do {
      return try ReferenceFreeEnergy(besides: reference)
    } catch {
      Molsample.report("warning: \(error)\n  what replica exchange costs is left out")
      return nil
    }
  }

  var text: String {
    var words: [String] = []
    if let seconds = seconds_per_effective_sample { words.append("\(significant(1000 * seconds, 3)) ms") }
    words.append("\(significant(energy_evaluations_per_effective_sample, 3)) energies for each effective sample")
    var text = words.joined(separator: " and ")
    if let needed = replica_exchange_energy_evaluations {
      text += "; replica exchange needs \(significant(needed, 2)) energies"
      if let seconds = replica_exchange_seconds { text += ", \(Progress.duration(seconds))," }
      text += " for the same error of ΔF"
    }
    return text
  }
}
