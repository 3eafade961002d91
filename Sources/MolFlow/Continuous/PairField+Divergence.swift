import NeuralNetworks

/// The exact divergence of a `PairField` at about the cost of a few of its values, by meeting in the middle.
///
/// ∇·v = Σᵢ ∂vᵢ/∂xᵢ explicitly, plus Σᵢₖ (∂vᵢ/∂h²ₖ)(∂h²ₖ/∂xᵢ). After one round of messages ∂h¹ₖ/∂xᵢ is a vector of features times the
/// direction eₖᵢ from k to i, for k ≠ i: one column for each pair of atoms instead of three. Before the round of forces ∂vᵢ/∂h²ₖ
/// is a direction times a vector of features in the same way. So the first half goes forwards and the last half backwards, both
/// with one column for each pair through every matrix, and the two are contracted over the second round of messages, which costs
/// N³ times the width and no product of matrices. N (N + 2) columns through eight matrices in all, where one directional
/// derivative for each coordinate would be 3N² columns through all matrices.
///
/// The only matrices of 3N columns are those of k = i. Nothing is recorded.
extension PairField {
  public func velocityAndDivergence(_ x: Variable, times: Variable) -> (velocity: Variable, divergence: [Double]) {
    guard x.rows == 3 else { return directionalDivergence(x, times: times) }
    let tape = x.tape
    let wasRecording = tape.isRecording
    tape.isRecording = false
    defer { tape.isRecording = wasRecording }
    let pass = pass(x, times: times, wantsSlopes: true)
    let samples = pass.samples
    let slopes = pass.features.slopes!
    let ordered = pairs.orderedPairs

    /// Of pairs i < j to both orders.
    func onBoth(_ v: Variable) -> Variable {
      v.gatheringTokens(ordered.map { pairs.place($0.first, $0.second) }, samples: samples)
    }
    func ofFirst(_ v: Variable) -> Variable { v.gatheringTokens(ordered.map(\.first), samples: samples) }
    func thrice(_ v: Variable) -> Variable { v.tilingColumns(3) }
    func silued(_ v: Variable) -> Variable { tape.slope(of: .silu, at: v) }
    /// Rows x, y, z of `[3][…]` one after another in one row of columns.
    func axes(_ v: Variable) -> [Variable] { (0..<3).map { v.rows($0..<$0 + 1) } }
    func multiply(_ layer: Linear, _ v: Variable) -> Variable { tape.variable(layer.weight).times(v) }
    func pullBack(_ layer: Linear, _ v: Variable) -> Variable { v.pulledBack(by: tape.variable(layer.weight)) }

    // Directions e(k,i) = ∂d/∂xᵢ, which is (xᵢ − xₖ)/d, and pushes (xᵢ − xₖ)/(1 + d).
    let inverse = onBoth(pass.distances.reciprocal())
    let directions = -1 * (pass.differences * inverse)
    let reach = onBoth((pass.distances + 1).reciprocal())
    let pushes = pass.differences * reach

    // First round, forwards.
    let one = pass.rounds[0]
    let slopesOne = one.first.pairSlopes(one.second, one.radial, pairs, samples: samples)
    let radialOne = multiply(rounds[0].messages.radial, slopes)
    let alongOne = messageScale * (slopesOne * onBoth(radialOne))
    let toSelf = ordered.enumerated().map { TokenMove(from: $0.offset, to: $0.element.first) }
    // ∂Mᵢ/∂xᵢ: the distance from i to l grows against e(i,l).
    let ownOne = tape.joining(
      axes(directions).map { -1 * (alongOne * $0).addingTokens(toSelf, of: atoms, samples: samples) })
    let slopeOfHidden = silued(pass.hidden[0])
    let along = multiply(rounds[0].output, multiply(rounds[0].received, alongOne) * ofFirst(slopeOfHidden))
    let own = multiply(rounds[0].output, multiply(rounds[0].received, ownOne) * thrice(slopeOfHidden))

    // Forces, backwards: at (i,k) the adjoint of h²ₖ for output i is `pushes` times this.
    let slopesOfForces = pass.forces.first.pairSlopes(
      pass.forces.second, pass.forces.radial, pairs, samples: samples)
    let weighted = slopesOfForces * tape.variable(weights)
    let atSecond = pullBack(forces.second, weighted)
    let atFirst = pullBack(
      forces.first,
      tape.joining(axes(pushes).map { (weighted * $0).addingTokens(toSelf, of: atoms, samples: samples) }))
    // Through the second network of atoms.
    let slopeOfSecond = silued(pass.hidden[1])
    let ofSecond = slopeOfSecond.gatheringTokens(ordered.map(\.second), samples: samples)
    let inner = pullBack(rounds[1].output, atSecond) * ofSecond
    let innerOwn = pullBack(rounds[1].output, atFirst) * thrice(slopeOfSecond)
    let ofMessages = messageScale * pullBack(rounds[1].received, inner)
    let ofMessagesOwn = messageScale * pullBack(rounds[1].received, innerOwn)
    let direct = atSecond + pullBack(rounds[1].own, inner)
    let directOwn = atFirst + pullBack(rounds[1].own, innerOwn)

    // The second round of messages, where both meet.
    let two = pass.rounds[1]
    let trace = PairTrace(
      slopes: two.first.pairSlopes(two.second, two.radial, pairs, samples: samples),
      radialSlopes: multiply(rounds[1].messages.radial, slopes), directions: directions,
      first: multiply(rounds[1].messages.first, along), second: multiply(rounds[1].messages.second, along),
      firstOwn: multiply(rounds[1].messages.first, own), secondOwn: multiply(rounds[1].messages.second, own),
      pushes: pushes, adjoint: ofMessages, adjointOwn: ofMessagesOwn
    ).sum(pairs, samples: samples)

    // h² depends on h¹ itself too: Σ ψ direct(i,k)·along(k,i), ψ the product of a push and a direction.
    let mirrored = along.gatheringTokens(ordered.map { pairs.orderedPlace($0.second, $0.first) }, samples: samples)
    let psi = pass.differences.squared().sumOfRows() * inverse * reach
    let past = ((direct * mirrored).sumOfRows() * psi).tokenSums(samples: samples)
    let pastOwn = (directOwn * own).sumOfRows().tokenSums(samples: samples)

    // Explicitly: Σ s (3 φ + d φ′) + ψ s′ with φ = 1/(1 + d).
    let radialOfForces = onBoth(multiply(forces.radial, slopes))
    let steepness =
      (weighted * radialOfForces).sumOfRows() + onBoth((pass.springs * pass.features.slopesOfSteps!).sumOfRows())
    let explicit = (pass.scores * reach * (3 - psi) + psi * steepness).tokenSums(samples: samples)

    let free = Double(3 * (atoms - 1))
    let stretched = pass.stretch.values
    return (
      pass.velocity,
      (0..<samples).map { trace[$0] + past[$0] + pastOwn[$0] + explicit[$0] + free * stretched[$0] }
    )
  }
}

extension Variable {
  /// The sum over the tokens of each sample of one row, in double precision.
  func tokenSums(samples: Int) -> [Double] {
    precondition(rows == 1)
    var sums = [Double](repeating: 0, count: samples)
    for (place, value) in values.enumerated() { sums[place % samples] += value }
    return sums
  }
}
