import Sampling

extension Verdict {
  /// What a model is, as far as it decides what to try next.
  enum Origin {
    /// Needs no training, and is a first guess.
    case untrained
    case trained
    /// One for many molecules that may learn from chains of this one.
    case adaptable
  }

  /// Why, for people, and what to try next.
  func reasons(effectiveSamples: Double, largestShare: Double, _ evidence: Evidence, of model: Origin) -> [String] {
    switch grade {
    case .notConverged:
      let next =
        switch model {
        case .untrained: "this model needs no training and is a first guess; train one with `molsample train`"
        case .trained:
          "more samples (samples=N), or train the model further (`molsample train --help`, init_from=)"
        case .adaptable: "more samples (samples=N), or let the model learn this molecule first (adapt=20)"
        }
      return (failures + doubts).map(\.text) + ["next: \(next)"]
    case .useWithCare:
      return doubts.map(\.text)
    case .trusted:
      return [
        "\(significant(effectiveSamples, 3)) effective samples, none with more than \(percent(largestShare)) of the weight",
        "where the model all but never draws: \(percent(evidence.missed?.share ?? 0)) of the frames of dynamics from the samples"
          + (evidence.missedOfReference.map { ", \(percent($0)) of the reference ensemble" } ?? ""),
      ]
    }
  }
}

extension Verdict.Finding {
  var text: String {
    switch self {
    case .tooFewEffectiveSamples(let count):
      "only \(significant(count, 3)) effective samples; averages need \(Int(Verdict.fewestEffectiveSamples)) or more"
    case .fewEffectiveSamples(let count):
      "\(significant(count, 3)) effective samples; \(Int(Verdict.enoughEffectiveSamples)) or more would be comfortable"
    case .dominantSample(let share): "one sample carries \(percent(share)) of all weight"
    case .heavyTail(let shape, let reliable):
      "the weights' tail is too heavy for error bars: Pareto k \(significant(shape, 3)), above \(significant(reliable, 2))"
    case .halvesDisagree(let halves):
      "the two halves of the samples disagree on their worth: \(percent(halves.lowerBound)) and "
        + "\(percent(halves.upperBound)) effective"
    case .otherMolecule(let share):
      "\(percent(share)) of the weight is on samples with other bonds or handedness than the molecule"
    case .fewGroups(let groups):
      "errors are from \(groups) independent populations only; more samples make more of them"
    case .drawsNotAccepted(let acceptance):
      "chains accept \(percent(acceptance)) of the model's draws: they are dynamics from their starts, not a mixture of both"
    case .missed(let share):
      "dynamics from these samples finds regions that the model all but never draws: \(percent(share)) of its frames"
    case .missedByOneLadder(let share):
      "one ladder of the check was where the model all but never draws, with \(percent(share)) of all frames"
    case .missedOfReference(let share):
      "the model all but never draws where \(percent(share)) of the reference ensemble is"
    case .checkFailed(let failure): "the check for regions that the model never visits failed: \(failure)"
    case .notChecked: "no check was made for regions that the model never visits"
    }
  }
}

private func percent(_ share: Double) -> String { "\(significant(100 * share, 3)) %" }
