import NeuralNetworks

/// The features that a network sees of some variables: angles as sine and cosine, others as they are.
struct ConditionerInput: Sendable {
  let plain: [Int]
  let periodic: [Int]

  /// - Parameter isPeriodic: of each variable that the network sees.
  init(isPeriodic: [Bool]) {
    plain = isPeriodic.indices.filter { !isPeriodic[$0] }
    periodic = isPeriodic.indices.filter { isPeriodic[$0] }
  }

  var features: Int { plain.count + 2 * periodic.count }

  func callAsFunction(_ x: Variable, context: Variable?) -> Variable {
    var parts: [Variable] = []
    if !plain.isEmpty { parts.append(periodic.isEmpty ? x : x.gatheringRows(plain)) }
    if !periodic.isEmpty {
      parts.append((plain.isEmpty ? x : x.gatheringRows(periodic)).periodicEmbedding(harmonics: 1))
    }
    if let context { parts.append(context) }
    return parts[0].stacked(with: parts.dropFirst())
  }
}
