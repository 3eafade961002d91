extension Variable {
  /// Attention among the tokens of each sample (Vaswani et al. 2017, arXiv:1706.03762): for each head
  /// yₜ = Σⱼ pₜⱼ vⱼ, pₜⱼ = softmax over j of qₜ·kⱼ/√width, over all tokens j, or those up to t if causal.
  ///
  /// Shapes: q (this variable), k, v and the result `[heads × width][tokens × samples]`, the samples of a token side by side.
  public func attending(
    to keys: Variable, _ values: Variable, heads: Int, tokens: Int, causal: Bool
  ) -> Variable {
    let query = self
    precondition(query.columns % tokens == 0 && query.rows % heads == 0)
    precondition(keys.rows == query.rows && values.rows == query.rows)
    precondition(keys.columns == query.columns && values.columns == query.columns)
    let samples = query.columns / tokens
    let places = (0..<tokens).map { $0 * samples }
    let queries = (0..<tokens).map { token in
      let seen = causal ? Array(places[...token]) : places
      return Attention.Query(
        place: token * samples, keys: seen.map { (keys.index, $0) }, values: seen.map { (values.index, $0) })
    }
    return tape.record(
      Attention(
        query: query.index, keyNodes: [keys.index], valueNodes: [values.index], queries: queries, heads: heads,
        width: query.rows / heads, samples: samples, stride: query.columns, memory: Attention.Memory()),
      rows: query.rows,
      columns: query.columns)
  }

  /// Attention of one token to tokens that came one by one, each `[heads × width][samples]`.
  public func attending(toKeys keys: [Variable], values: [Variable], heads: Int) -> Variable {
    let query = self
    precondition(!keys.isEmpty && keys.count == values.count && query.rows % heads == 0)
    precondition((keys + values).allSatisfy { $0.rows == query.rows && $0.columns == query.columns })
    let one = Attention.Query(place: 0, keys: keys.map { ($0.index, 0) }, values: values.map { ($0.index, 0) })
    return tape.record(
      Attention(
        query: query.index, keyNodes: keys.map(\.index), valueNodes: values.map(\.index), queries: [one], heads: heads,
        width: query.rows / heads, samples: query.columns, stride: query.columns, memory: Attention.Memory()),
      rows: query.rows, columns: query.columns)
  }
}

struct Attention: Operation {
  /// A token that asks, and the (node, first column) of each token that it attends to.
  struct Query {
    var place: Int
    var keys: [(node: Int, place: Int)]
    var values: [(node: Int, place: Int)]
  }

  /// Keeps the weights p of every query for the derivatives, `[query][head][token][sample]`.
  final class Memory { var weights: [NetworkBuffer] = [] }

  let query: Int
  let keyNodes: [Int]
  let valueNodes: [Int]
  let queries: [Query]
  let heads: Int
  let width: Int
  let samples: Int
  let stride: Int
  let memory: Memory

  var inputs: [Int] { [query] + keyNodes + valueNodes }

  private func operands(_ asked: Query, on tape: Tape) -> AttentionOperands {
    let size = tape.backend.scalarSize
    return AttentionOperands(
      heads: heads, width: width, columns: samples, stride: stride, scale: 1 / Double(width).squareRoot(),
      query: tape.value(query) + asked.place * size, keys: asked.keys.map { tape.value($0.node) + $0.place * size },
      values: asked.values.map { tape.value($0.node) + $0.place * size })
  }

  func evaluate(on tape: Tape, output: Int) {
    let size = tape.backend.scalarSize
    memory.weights = queries.map { asked in
      let weights = tape.allocate(heads * asked.keys.count * samples)
      tape.backend.attention(operands(asked, on: tape), weights: weights, y: tape.value(output) + asked.place * size)
      return weights
    }
  }

  func pullBack(on tape: Tape, output: Int) {
    guard let dy = tape.adjoint(output) else { return }
    let size = tape.backend.scalarSize
    func adjoints(_ places: [(node: Int, place: Int)]) -> [NetworkBuffer]? {
      let found = places.compactMap { part in tape.adjoint(part.node).map { $0 + part.place * size } }
      precondition(found.isEmpty || found.count == places.count, "derivatives for all keys and values or for none")
      return found.isEmpty ? nil : found
    }
    for (asked, weights) in zip(queries, memory.weights) {
      tape.backend.attentionAdjoint(
        operands(asked, on: tape), weights: weights, dy: dy + asked.place * size,
        dquery: tape.adjoint(query).map { $0 + asked.place * size }, dkeys: adjoints(asked.keys),
        dvalues: adjoints(asked.values))
    }
  }

  func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
    tape.record(
      AttentionTangent(
        attention: self, changes: changes.map { $0?.index }, inputs: changes.compactMap { $0?.index }),
      rows: output.rows, columns: output.columns)
  }

  /// The change of the result; not differentiable again.
  private struct AttentionTangent: Operation {
    let attention: Attention
    /// Of the query, each key node, each value node.
    let changes: [Int?]
    let inputs: [Int]

    func evaluate(on tape: Tape, output: Int) {
      let size = tape.backend.scalarSize
      var changeOfNode: [Int: Int] = [:]
      for (node, change) in zip(attention.inputs.dropFirst(), changes.dropFirst()) {
        if let change { changeOfNode[node] = change }
      }
      let zero = tape.allocate(attention.heads * attention.width * attention.stride)
      tape.backend.fill(zero, count: attention.heads * attention.width * attention.stride, with: 0)
      func buffers(_ places: [(node: Int, place: Int)]) -> [NetworkBuffer]? {
        if places.allSatisfy({ changeOfNode[$0.node] == nil }) { return nil }
        return places.map { part in changeOfNode[part.node].map { tape.value($0) + part.place * size } ?? zero }
      }
      for (asked, weights) in zip(attention.queries, attention.memory.weights) {
        tape.backend.attentionTangent(
          attention.operands(asked, on: tape), weights: weights,
          changeOfQuery: changes[0].map { tape.value($0) + asked.place * size }, changesOfKeys: buffers(asked.keys),
          changesOfValues: buffers(asked.values), y: tape.value(output) + asked.place * size)
      }
    }

    func pullBack(on tape: Tape, output: Int) {
      preconditionFailure("attention has first derivatives in both modes, but no second ones")
    }

    func pushForward(on tape: Tape, output: Variable, changes: [Variable?]) -> Variable? {
      preconditionFailure("attention has first derivatives in both modes, but no second ones")
    }
  }
}
