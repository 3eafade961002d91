import MolFlow

extension Overrides {
  /// What model= and the names of its sizes say.
  mutating func takeRecipe(
    among kinds: [any FlowRecipe.Type], usual: any FlowRecipe.Type, atomCount: Int
  ) throws -> any FlowRecipe {
    let kind = takeText("model") ?? usual.kind
    guard let type = kinds.first(where: { $0.kind == kind }) else {
      throw UsageError(
        "model=\(kind) cannot be trained", advice: "one of: \(kinds.map { $0.kind }.joined(separator: ", "))")
    }
    let start = type.init(atomCount: atomCount)
    var changes: [String: Double] = [:]
    for name in start.sizes.keys {
      if let number = try takeNumber(name) { changes[name] = number }
    }
    guard let recipe = start.replacing(changes) else {
      throw UsageError(
        "sizes of the flow must be whole numbers: "
          + changes.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " "))
    }
    if let problem = recipe.problem { throw UsageError(problem) }
    return recipe
  }
}
