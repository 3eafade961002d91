import NeuralNetworks

/// Derivatives of samples and of log-densities with respect to parameters and latents, back through the solver.
///
/// The steps are those that the integrator took for these samples. Going back, each is done again on a tape of its own, from where
/// it began, and differentiated: what is differentiated is the sum that the steps make (discretise, then optimise: Gholami, Keutzer
/// & Biros 2019, arXiv:1902.10298; Onken & Ruthotto 2020, arXiv:2005.13420), so gradients belong exactly to the numbers that were
/// computed, whatever the tolerance, where the adjoint equation of Chen et al. 2018 has an error of its own. The divergence is recorded
/// as derivatives in forward mode, and differentiated once more backwards. Memory holds one step of `block` samples.
extension ContinuousArchitecture {
  /// - Parameter start: coordinates `[axes][atoms × samples]`.
  /// - Returns: for samples that are lost NaN, backwards 0 with log |det| −∞, without derivatives.
  func recorded(_ start: Variable, from: Double, to: Double) -> Transformed {
    let tape = start.tape
    let samples = start.columns / field.atoms
    let path = tape.rewinding {
      integrated(start.values, samples: samples, from: from, to: to, keepingStates: true, on: tape)
    }
    let isLost = path.isLost
    // The last row holds log |det|, one number for each sample.
    var values = path.x + [Double](repeating: 0, count: start.columns)
    for sample in 0..<samples {
      values[path.x.count + sample] = isLost[sample] ? (to < from ? -.infinity : 0) : path.logDet[sample]
      guard isLost[sample] else { continue }
      for i in stride(from: sample, to: path.x.count, by: samples) { values[i] = to < from ? 0 : .nan }
    }
    let sibling = tape.sibling()
    let result = tape.external(inputs: [start], rows: axes + 1, columns: start.columns, values: values) { adjoint in
      var ofStart = [Double](repeating: 0, count: path.x.count)
      let fine = (0..<samples).filter { !isLost[$0] }
      for first in Swift.stride(from: 0, to: fine.count, by: Self.block) {
        let block = Array(fine[first..<min(first + Self.block, fine.count)])
        func part(_ whole: [Double]) -> [Double] {
          (0..<axes * field.atoms).flatMap { coordinate in block.map { whole[coordinate * samples + $0] } }
        }
        let seeds = pulledBack(
          part(adjoint), logDet: block.map { adjoint[path.x.count + $0] },
          steps: zip(zip(path.times, path.times.dropFirst()), path.states).map { ($0.0, $0.1, part($1)) }, on: sibling)
        for coordinate in 0..<axes * field.atoms {
          for (place, sample) in block.enumerated() {
            ofStart[coordinate * samples + sample] = seeds[coordinate * block.count + place]
          }
        }
      }
      return [ofStart]
    }
    return Transformed(
      result.rows(0..<axes), logDet: LogDensity(result.rows(axes..<axes + 1).columns(0..<samples)))
  }

  /// From the derivatives by where paths end, and by log |det| of each, those by where they begin; derivatives by parameters are added
  /// to the gradient of the tape.
  private func pulledBack(
    _ ends: [Double], logDet: [Double], steps: [(from: Double, to: Double, start: [Double])], on tape: Tape
  ) -> [Double] {
    let samples = logDet.count
    let tableau = integrator.method.tableau
    var seeds = ends
    for step in steps.reversed() {
      tape.reset()
      let start = tape.variable(step.start, rows: axes, columns: field.atoms * samples, needsAdjoint: true)
      let h = step.to - step.from
      var end = start
      var slopes: [Variable] = []
      var divergences: [(variable: Variable, seed: [Double])] = []
      for (number, (offset, weights)) in zip(tableau.times, tableau.stages).enumerated() {
        var place = start
        for (weight, slope) in zip(weights, slopes) where weight != 0 { place = place + (h * weight) * slope }
        let (slope, divergence) = field.recordedVelocityAndDivergence(
          place, times: tape.constant(step.from + h * offset, rows: 1, columns: samples))
        slopes.append(slope)
        let weight = h * tableau.weights[number]
        guard weight != 0 else { continue }
        end = end + weight * slope
        divergences.append((divergence, (0..<divergence.columns).map { weight * logDet[$0 % samples] }))
      }
      tape.pullBack([(end, seeds)] + divergences)
      seeds = start.adjoint
    }
    return seeds
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
