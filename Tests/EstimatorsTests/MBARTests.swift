import Estimators
import Foundation
import Randomness
import Testing

@Suite struct MBARTests {
  typealias Golden = FreeEnergyGoldenValues
  static let states = HarmonicStates.golden

  @Test("differences, errors and covariances equal pymbar's, one state without samples included", arguments: [1, 2])
  func differences(threads: Int) throws {
    let mbar = try MBAR(Self.states.potentials(Self.states.goldenSamples), threads: threads)
    #expect(agree(mbar.differences.values, Golden.values, 1e-10))
    #expect(agree(mbar.differences.standardErrors, Golden.errors, 1e-9))
    #expect(agree(mbar.differences.covariance, Golden.covariance, 1e-11))
    #expect(mbar.solution.method == .newton && mbar.solution.residual < 1e-12)
    #expect(agree(mbar.freeEnergies, Array(Golden.values.prefix(5)), 1e-10))
  }

  @Test("overlap and effective sample numbers equal pymbar's")
  func overlap() throws {
    let mbar = try MBAR(Self.states.potentials(Self.states.goldenSamples))
    #expect(agree(mbar.overlap.values, Golden.overlap, 1e-10))
    #expect(agree(mbar.overlap.scalar, Golden.overlapScalar, 1e-10))
    #expect(agree(mbar.effectiveSampleNumbers, Golden.effectiveSampleNumbers, 1e-9))
    for i in 0..<5 { #expect(agree((0..<5).reduce(0) { $0 + mbar.overlap[i, $1] }, 1, 1e-12)) }
    #expect(mbar.overlap.eigenvalues.count == 5 && agree(mbar.overlap.eigenvalues[4], 0, 1e-12))
  }

  @Test("expectations and perturbed free energies equal pymbar's")
  func expectations() throws {
    let x = Self.states.goldenSamples
    let mbar = try MBAR(Self.states.potentials(x))
    for k in 0..<5 {
      let position = try mbar.expectation(of: x, at: k)
      #expect(agree(position.value, Golden.positions[k], 1e-10))
      #expect(agree(position.standardError, Golden.positionErrors[k], 1e-8))
      #expect(agree(position.effectiveSamples, mbar.effectiveSampleNumbers[k], 1e-9))
      let square = try mbar.expectation(of: x.map { $0 * $0 }, at: k)
      #expect(agree(square.value, Golden.squares[k], 1e-10))
      #expect(agree(square.standardError, Golden.squareErrors[k], 1e-8))
      let weights = mbar.logWeights(at: k)
      #expect(agree(weights.reduce(0) { $0 + exp($1) }, 1, 1e-11))
    }
    let other = x.map { 0.5 * 2.5 * ($0 - 0.8) * ($0 - 0.8) + 0.1 * $0 }
    let perturbed = try mbar.perturbedFreeEnergy(reducedPotential: other)
    #expect(agree(perturbed.deltaF, Golden.perturbed, 1e-10))
    #expect(agree(perturbed.standardError, Golden.perturbedError, 1e-8))
    let outside = try mbar.expectation(of: x, reducedPotential: other)
    #expect(agree(outside.value, Golden.outsidePosition, 1e-10))
    #expect(agree(outside.standardError, Golden.outsidePositionError, 1e-8))
    // A state given again as an unsampled one is the same state.
    let again = try mbar.perturbedFreeEnergy(reducedPotential: x.map { Self.states.energy(3, $0) }, relativeTo: 3)
    #expect(abs(again.deltaF) < 1e-11 && again.standardError! < 1e-9)
  }

  @Test("the self-consistent solver finds what Newton's finds")
  func solversAgree() throws {
    let potentials = try Self.states.potentials(Self.states.goldenSamples)
    let newton = try MBAR(potentials)
    let other = try MBAR(potentials, method: .selfConsistent)
    #expect(other.solution.method == .selfConsistent)
    #expect(agree(other.freeEnergies, newton.freeEnergies, 1e-9))
    #expect(agree(other.differences.standardErrors, newton.differences.standardErrors, 1e-9))
  }

  @Test("the order of the states does not matter, nor the number of threads")
  func permutation() throws {
    let x = Self.states.goldenSamples
    let straight = try MBAR(Self.states.potentials(x))
    let order = [3, 0, 4, 2, 1]
    let permuted = HarmonicStates(
      centres: order.map { Self.states.centres[$0] }, stiffnesses: order.map { Self.states.stiffnesses[$0] },
      offsets: order.map { Self.states.offsets[$0] }, counts: order.map { Self.states.counts[$0] })
    let original = try Self.states.potentials(x)
    let y = order.flatMap { Array(x[original.samples(of: $0)]) }
    let other = try MBAR(permuted.potentials(y), threads: 2)
    for i in 0..<5 {
      for j in 0..<5 {
        let (a, b) = (other.differences[i, j], straight.differences[order[i], order[j]])
        #expect(agree(a.deltaF, b.deltaF, 1e-11) && agree(a.standardError, b.standardError!, 1e-10))
        #expect(agree(a.overlap, b.overlap!, 1e-11))
      }
    }
    var first = RandomStream(seed: 1)
    let more = HarmonicStates(
      centres: [0, 0.5, 1], stiffnesses: [1, 2, 3], offsets: [0, 0, 7], counts: [30000, 20000, 10000])
    let potentials = try more.potentials(more.samples(&first))
    let one = try MBAR(potentials, threads: 1)
    let two = try MBAR(potentials, threads: 2)
    #expect(one.differences == two.differences && one.solution == two.solution)
  }

  @Test("a constant added to a sample's potentials in all states, or to a state, moves nothing else")
  func shifts() throws {
    let x = Self.states.goldenSamples
    let n = x.count
    let plain = try Self.states.potentials(x)
    var values = plain.values
    for k in 0..<5 { for i in 0..<n { values[k * n + i] += 500 * sin(Double(i)) + 1e4 * Double(k * k) } }
    let shifted = try MBAR(ReducedPotentials(values: values, counts: plain.counts))
    let original = try MBAR(plain)
    for j in 0..<5 {
      let found = shifted.differences[0, j]
      #expect(abs(found.deltaF - 1e4 * Double(j * j) - original.differences[0, j].deltaF) < 1e-9)
      #expect(agree(found.standardError, original.differences[0, j].standardError!, 1e-9))
    }
  }

  @Test("a hard wall: infinite potentials weigh nothing, and the ratio of lengths comes out")
  func hardWall() throws {
    // State 0 is flat on [0, 1), state 1 on [0, ½): ΔF = ln 2.
    var generator = GoldenGenerator(seed: 21)
    let x = (0..<4000).map { _ in generator.uniform() } + (0..<1000).map { _ in generator.uniform() / 2 }
    let u = x.map { _ in 0.0 } + x.map { $0 < 0.5 ? 0 : Double.infinity }
    let mbar = try MBAR(ReducedPotentials(values: u, counts: [4000, 1000]))
    let found = mbar.differences[0, 1]
    #expect(abs(found.deltaF - log(2)) < 4 * found.standardError!)
    let inside = Double(x.prefix(4000).count { $0 < 0.5 })
    // Nothing is learned from samples of state 1: all of them have the same weight in both states.
    #expect(agree(found.deltaF, -log(inside / 4000), 1e-10))
    let bar = try BennettAcceptanceRatio.estimate(
      forward: Array(u[5000..<9000]), reverse: [Double](repeating: 0, count: 1000), errorFormula: .maximumLikelihood)
    #expect(agree(bar.deltaF, found.deltaF, 1e-10) && agree(bar.standardError, found.standardError!, 1e-10))
    let mean = try mbar.expectation(of: x, at: 1)
    #expect(abs(mean.value - 0.25) < 4 * mean.standardError)
    #expect(mbar.logWeights(at: 1).count { $0 == -.infinity } == 4000 - Int(inside))
  }

  @Test("bootstrap errors are near the asymptotic ones, and do not depend on threads")
  func bootstrap() throws {
    let mbar = try MBAR(Self.states.potentials(Self.states.goldenSamples))
    var random = RandomStream(seed: 9)
    let found = try mbar.bootstrappedDifferences(Bootstrap(resamples: 300), random: &random)
    var same = RandomStream(seed: 9)
    #expect(try mbar.bootstrappedDifferences(Bootstrap(resamples: 300), random: &same, threads: 2) == found)
    for i in 0..<5 {
      for j in 0..<5 where i != j {
        let pair = found[i, j]
        // 300 resamples know the error to 4 %; the two formulas differ by as much again at these counts.
        #expect(abs(pair.bootstrapStandardError! / pair.standardError! - 1) < 0.3)
        #expect(pair.bootstrapInterval!.contains(pair.deltaF))
      }
    }
  }

  @Test("no estimate without a reason")
  func errors() throws {
    #expect(throws: EstimatorError.tooFewStates(found: 1)) { try ReducedPotentials(values: [1, 2], counts: [2]) }
    #expect(throws: EstimatorError.tooFewSamples(found: 0, needed: 1)) {
      try ReducedPotentials(values: [], counts: [0, 0])
    }
    #expect(throws: EstimatorError.negativeCount(state: 1)) { try ReducedPotentials(values: [], counts: [1, -1]) }
    #expect(throws: EstimatorError.countMismatch(expected: 6, found: 5)) {
      try ReducedPotentials(values: [0, 0, 0, 0, 0], counts: [1, 2])
    }
    #expect(throws: EstimatorError.invalidReducedPotential(state: 1, sample: 2)) {
      try ReducedPotentials(values: [0, 0, 0, 0, 0, .nan], counts: [1, 2])
    }
    #expect(throws: EstimatorError.invalidReducedPotential(state: 0, sample: 1)) {
      try ReducedPotentials(values: [0, -.infinity, 0, 0, 0, 0], counts: [1, 2])
    }
    #expect(throws: EstimatorError.impossibleSample(state: 1, sample: 1)) {
      try ReducedPotentials(values: [0, 0, 0, 0, .infinity, 0], counts: [1, 2])
    }
    // Two states that exclude each other's samples.
    let apart = try ReducedPotentials(
      values: [0, 0, .infinity, .infinity, .infinity, .infinity, 0, 0], counts: [2, 2])
    #expect(throws: EstimatorError.disconnectedState(state: 1)) { try MBAR(apart) }
    // So far apart that doubles cannot tell.
    let far = try ReducedPotentials(values: [0, 0, 5000, 5001, 5000, 5001, 0, 0], counts: [2, 2])
    #expect(throws: EstimatorError.disconnectedState(state: 1)) { try MBAR(far) }
    // A state without samples in which none is possible.
    let empty = try ReducedPotentials(values: [0, 0, .infinity, .infinity], counts: [2, 0])
    #expect(throws: EstimatorError.allWeightsZero(samples: 2)) { try MBAR(empty) }
    let mbar = try MBAR(Self.states.potentials(Self.states.goldenSamples))
    #expect(throws: EstimatorError.countMismatch(expected: 900, found: 1)) { try mbar.expectation(of: [1], at: 0) }
    #expect(throws: EstimatorError.notANumber(sample: 0)) {
      try mbar.perturbedFreeEnergy(reducedPotential: [Double](repeating: .nan, count: 900))
    }
  }
}
