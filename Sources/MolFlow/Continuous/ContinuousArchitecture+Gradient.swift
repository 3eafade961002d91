import NeuralNetworks

/// Derivatives of samples and of log-densities with respect to parameters and latents, back through the solver.
///
/// The steps are those that the integrator takes for these samples; they are taken again on the tape, and what is differentiated is the
/// sum that they make (discretise, then optimise: Gholami, Keutzer & Biros 2019, arXiv:1902.10298; Onken & Ruthotto 2020,
/// arXiv:2005.13420). So gradients belong exactly to the numbers that are computed, whatever the tolerance, where the adjoint equation
/// of Chen et al. 2018 has an error of its own. The divergence is recorded as derivatives in forward mode, and differentiated once
/// more backwards. Everything stays in memory until then: for fine-tuning with few steps.
extension ContinuousArchitecture {
  /// - Parameter start: coordinates `[axes][atoms × samples]`.
  /// - Returns: for samples that are lost NaN, backwards 0 with log |det| −∞, without derivatives.
  func recorded(_ start: Variable, from: Double, to: Double) -> Transformed {
    let tape = start.tape
    let samples = start.columns / field.atoms
    let values = tape.rewinding {
      integrated(start.values, samples: samples, from: from, to: to, on: tape)
    }
    // Lost samples are left out, so that they have no share in any derivative.
    let fine = (0..<samples).filter { !values.isLost[$0] }
    let isWhole = fine.count == samples
    func columns(tokens: Int) -> [Int] { (0..<tokens).flatMap { token in fine.map { token * samples + $0 } } }
    /// Back among all samples, zeros where one is lost.
    func spread(_ v: Variable) -> Variable {
      guard !isWhole else { return v }
      let tokens = v.columns / fine.count
      let moves = columns(tokens: tokens).enumerated().map { TokenMove(from: $0.offset, to: $0.element) }
      return v.addingTokens(moves, of: tokens * samples, samples: 1)
    }
    func marks(rows: Int, tokens: Int, _ mark: Double) -> Variable {
      let row = (0..<tokens * samples).map { values.isLost[$0 % samples] ? mark : 0 }
      return tape.variable((0..<rows).flatMap { _ in row }, rows: rows, columns: tokens * samples)
    }
    let ofLost = LogDensity(marks(rows: 1, tokens: 1, to < from ? -.infinity : 0))
    let nowhere = marks(rows: axes, tokens: field.atoms, to < from ? 0 : .nan)
    guard !fine.isEmpty else { return Transformed(nowhere, logDet: ofLost) }
    var x = isWhole ? start : start.gatheringTokens(columns(tokens: field.atoms), samples: 1)
    var logDet = isWhole ? LogDensity.zero : ofLost
    let tableau = integrator.method.tableau
    for (time, end) in zip(values.times, values.times.dropFirst()) {
      let h = end - time
      var slopes: [Variable] = []
      for (offset, weights) in zip(tableau.times, tableau.stages) {
        var place = x
        for (weight, slope) in zip(weights, slopes) where weight != 0 { place = place + (h * weight) * slope }
        let (v, divergence) = field.recordedVelocityAndDivergence(
          place, times: tape.constant(time + h * offset, rows: 1, columns: fine.count))
        let share = h * tableau.weights[slopes.count]
        if share != 0 { logDet += LogDensity(spread(divergence), scale: share) }
        slopes.append(v)
      }
      for (weight, slope) in zip(tableau.weights, slopes) where weight != 0 { x = x + (h * weight) * slope }
    }
    x = isWhole ? x : spread(x) + nowhere
    return Transformed(x, logDet: logDet)
  }
}

extension VelocityField {
  public func recordedVelocityAndDivergence(_ x: Variable, times: Variable) -> (Variable, divergence: Variable) {
    let tape = x.tape
    let samples = x.columns / atoms
    let v = velocity(x, times: times)
    let own = (0..<x.rows * atoms).compactMap { coordinate -> Variable? in
      let (axis, atom) = (coordinate / atoms, coordinate % atoms)
      var direction = [Double](repeating: 0, count: x.rows * x.columns)
      for sample in 0..<samples { direction[coordinate * samples + sample] = 1 }
      let change = tape.variable(direction, rows: x.rows, columns: x.columns)
      return tape.pushForward([(x, change)], to: [v])[0]?.rows(axis..<axis + 1).columns(
        atom * samples..<(atom + 1) * samples)
    }
    return (v, own.isEmpty ? tape.constant(0, rows: 1, columns: samples) : tape.joining(own))
  }
}
