import Energies
import Estimators
import Foundation

/// All frames of all states that were given, with MBAR weights towards the molecule at one temperature.
struct ReweightedStates {
  let inputs: [SampledFrames]
  /// K
  let temperature: Double
  let reweighting: GroupedReweighting
  /// Frames of all inputs one after the other.
  let frameCount: Int

  init(_ inputs: [SampledFrames], temperature: Double, threads: Int) throws {
    self.inputs = inputs
    self.temperature = temperature
    frameCount = inputs.reduce(0) { $0 + $1.count }
    let states = inputs.map { $0.state ?? SimulationState(temperature: $0.temperature ?? temperature) }
    let target = SimulationState(temperature: temperature)
    let isPlain = inputs.count == 1 && states[0] == target
    var groups: [Int] = []
    for input in inputs {
      guard isPlain || input.logWeights == nil else {
        throw UsageError("\(input.path) is a weighted ensemble and cannot be put together with other states")
      }
      if let own = input.groups() {
        groups += own
      } else {
        groups += (0..<input.count).map { $0 * min(32, input.count) / input.count }
      }
    }
    if isPlain {
      // u = 0 everywhere, and the ensemble's own weights.
      let weights = inputs[0].logWeights
      reweighting = try GroupedReweighting(
        values: weights?.map { $0 == -.infinity ? 0 : $0 } ?? [Double](repeating: 0, count: frameCount),
        counts: [frameCount],
        target: weights?.map { $0 == -.infinity ? .infinity : 0 } ?? [Double](repeating: 0, count: frameCount),
        groups: groups, threads: threads)
      return
    }
    guard inputs.allSatisfy({ $0.potentialEnergies != nil }) else {
      let path = inputs.first { $0.potentialEnergies == nil }!.path
      throw InputError(
        path, "has no energies", expected: "the per-frame variable 'potential_energy'",
        advice: "simulate with molsample, or give one state only at its own temperature")
    }
    let energies = inputs.map { $0.potentialEnergies! }
    var values: [Double] = []
    values.reserveCapacity(states.count * frameCount)
    for state in states {
      for (input, own) in zip(inputs, energies) { values += state.reducedPotentials(own, of: input.x) }
    }
    reweighting = try GroupedReweighting(
      values: values, counts: inputs.map(\.count),
      target: energies.joined().map { $0 / target.kT },
      groups: groups, threads: threads)
  }

  func values(_ variable: CollectiveVariable) -> [Double] { inputs.flatMap { variable.values($0.x) } }

  /// ΔF between a region and the rest, kT.
  func freeEnergy(inside: [Bool]) -> (value: Double?, standardError: Double?) {
    reweighting.estimate { weights in
      (try? RegionFreeEnergy(inside: inside, logWeights: weights))?.value
    }
  }

  /// ΔF of the second halves of all walkers less that of their first halves, kT: far from 0 in units of its error where the
  /// simulation drifts. nil for importance samples.
  func drift(inside: [Bool]) -> (value: Double, standardError: Double)? {
    let late = inputs.map(\.isLate)
    guard late.allSatisfy({ $0 != nil }) else { return nil }
    let isLate = late.flatMap { $0! }
    let found = reweighting.estimate { weights in
      func half(_ wanted: Bool) -> Double? {
        let part = zip(weights, isLate).map { $1 == wanted ? $0 : -.infinity }
        return (try? RegionFreeEnergy(inside: inside, logWeights: part))?.value
      }
      guard let first = half(false), let second = half(true) else { return nil }
      return second - first
    }
    guard let value = found.value, let error = found.standardError, error > 0 else { return nil }
    return (value, error)
  }

  /// F along a variable, kT, 0 at its lowest, with jackknife errors of the difference from there.
  func profile(_ values: [Double], axis: HistogramAxis) throws -> (values: [Double?], errors: [Double?]) {
    let all = try FreeEnergyProfile(of: values, axis: axis, logWeights: reweighting.logWeights)
    guard
      let lowest = all.values.indices.filter({ all.values[$0] != nil }).min(by: { all.values[$0]! < all.values[$1]! })
    else { return (all.values, all.values.map { _ in nil }) }
    // One histogram a replicate, not one for each bin.
    let replicates = reweighting.leaveOneOut.map { weights in
      (try? FreeEnergyProfile(of: values, axis: axis, logWeights: weights))?.values
    }
    let errors = all.values.indices.map { bin -> Double? in
      guard all.values[bin] != nil, replicates.count > 1 else { return nil }
      var found: [Double] = []
      for replicate in replicates {
        guard let value = replicate?[bin], let base = replicate?[lowest] else { return nil }
        found.append(value - base)
      }
      return Jackknife.standardError(ofReplicates: found)
    }
    return (all.values, errors)
  }
}
