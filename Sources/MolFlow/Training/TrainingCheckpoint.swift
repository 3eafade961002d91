import Foundation
import NeuralNetworks

/// The state of a training run as a safetensors file: parameters, their average, the best so far, the
/// optimiser's moments, and samples kept for replay.
public enum TrainingCheckpoint {
  public static let format = "molflow-training-1"

  private struct Counters: Codable {
    var digest: String
    var round: Int
    var energyEvaluations: Int
    var center: Double?
    var effectiveFraction: Double?
    var optimizerStep: Int
    var averageSteps: Int
    var seconds: Double
    var stepSize: Double
    var best: Best?
    var replayDimension: Int
    var replayScale: Double
    var variances: [Double]?

    struct Best: Codable {
      var round: Int
      var score: Double
      var recent: Double
      var isEffectiveFraction: Bool
    }
  }

  /// - Parameters:
  ///   - digest: of everything that decides the run, so that a state is not taken for that of another.
  ///   - seconds: spent so far.
  public static func encode(_ state: TrainingState, digest: String, seconds: Double) throws -> Data {
    let counters = Counters(
      digest: digest, round: state.round, energyEvaluations: state.energyEvaluations, center: state.center,
      effectiveFraction: state.effectiveFraction,
      optimizerStep: state.optimizer.step, averageSteps: state.average.steps, seconds: seconds,
      stepSize: state.stepSize,
      best: state.best.map {
        Counters.Best(
          round: $0.round, score: $0.score, recent: $0.recent, isEffectiveFraction: $0.isEffectiveFraction)
      }, replayDimension: state.replay.dimension, replayScale: state.replay.scale,
      variances: state.variances)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    func array(_ name: String, _ values: [Float]) -> Safetensors.Array {
      Safetensors.Array(name: name, shape: [values.count], values: values)
    }
    return try Safetensors(
      arrays: [
        array("parameters", state.flow.parameters.values), array("average", state.average.values),
        array("first_moment", state.optimizer.first), array("second_moment", state.optimizer.second),
      ] + (state.best.map { [array("best", $0.parameters)] } ?? [])
        + (state.replay.count == 0
          ? []
          : [
            array("replay", state.replay.coordinates), array("replay_log_weights", state.replay.logWeights),
            array("replay_log_densities", state.replay.logDensities),
          ]),
      metadata: [
        "format": format, "counters": String(decoding: try encoder.encode(counters), as: UTF8.self),
      ]
    ).encoded()
  }

  /// Puts a saved state into `state`, which must be that of a fresh run of the same plan.
  ///
  /// - Returns: seconds spent, or nil where the file belongs to another run.
  public static func restore(
    _ data: Data, path: String, digest: String, into state: inout TrainingState
  ) throws(SafetensorsError) -> Double? {
    let file = try Safetensors(data, file: path)
    let count = state.flow.parameters.count
    guard file.metadata["format"] == format, let text = file.metadata["counters"],
      let counters = try? JSONDecoder().decode(Counters.self, from: Data(text.utf8)),
      let parameters = file["parameters"]?.values, let average = file["average"]?.values,
      let first = file["first_moment"]?.values, let second = file["second_moment"]?.values
    else { throw SafetensorsError(file: path, problem: "it is not the state of a training run") }
    guard counters.digest == digest,
      [parameters, average, first, second].allSatisfy({ $0.count == count })
    else { return nil }
    state.flow.parameters.values = parameters
    state.average = ExponentialMovingAverage(
      decay: state.average.decay, values: average, steps: counters.averageSteps)
    state.optimizer = AdamW(
      options: state.optimizer.options, step: counters.optimizerStep, first: first, second: second)
    state.round = counters.round
    state.energyEvaluations = counters.energyEvaluations
    state.center = counters.center
    state.effectiveFraction = counters.effectiveFraction
    state.stepSize = counters.stepSize
    state.replay.scale = counters.replayScale
    state.variances = counters.variances ?? []
    if let best = counters.best {
      guard let values = file["best"]?.values, values.count == count else {
        throw SafetensorsError(file: path, problem: "the best parameters are missing")
      }
      state.best = TrainingState.Best(
        parameters: values, round: best.round, score: best.score, recent: best.recent,
        isEffectiveFraction: best.isEffectiveFraction)
    }
    if let coordinates = file["replay"]?.values, let logWeights = file["replay_log_weights"]?.values,
      let logDensities = file["replay_log_densities"]?.values
    {
      guard logWeights.count == logDensities.count, coordinates.count == counters.replayDimension * logWeights.count
      else { throw SafetensorsError(file: path, problem: "its replay buffer is not whole") }
      state.replay.dimension = counters.replayDimension
      (state.replay.coordinates, state.replay.logWeights) = (coordinates, logWeights)
      state.replay.logDensities = logDensities
    }
    return counters.seconds
  }
}
