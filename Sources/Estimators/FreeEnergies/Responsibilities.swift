import COpenBLAS
import Dispatch
import Foundation

/// P_kn = N_k exp(f_k − u_kn)/D_n with D_n = Σ_l N_l exp(f_l − u_ln): the probability that sample n, known only by
/// its configuration, was drawn from state k. Σ_k P_kn = 1, and at MBAR's solution Σ_n P_kn = N_k.
///
/// This is the scaled form of exp(−u) that makes iterations cheap: a change δ of the free energies multiplies the rows by
/// exp(δ_k) and divides the columns by their new sums, so the exponentials are taken once. Elements below the smallest
/// double vanish; that is harmless while the δ since the last `fill` stay within e^±`largestChange`, and the solver
/// fills anew beyond it.
///
/// Only states that have samples are held. Samples lie in blocks that fit the second-level cache, each `[state][sample]`; sums
/// go over a fixed number of groups of blocks and then over the groups in order, so results do not depend on `threads`.
///
/// Not to be changed while another thread reads it: `MBAR` only hands it out when it is finished.
final class Responsibilities: @unchecked Sendable {
  /// Numbers of the states in `potentials`.
  let states: [Int]
  /// N_k of these states.
  let counts: [Double]
  let sampleCount: Int
  let threads: Int

  /// Greatest spread of the accumulated δ before `fill` is due.
  static let largestChange = 300.0

  private let potentials: ReducedPotentials
  /// Which sample of `potentials` each one is, for a bootstrap; nil for all in order.
  private let origin: [Int]?
  /// The samples that were drawn from each state.
  private let ownSamples: [Range<Int>]
  private let blockLength: Int
  private let blockCount: Int
  private let groupCount: Int
  private let p: UnsafeMutablePointer<Double>
  private let logDenominators: UnsafeMutablePointer<Double>
  /// D_n(f + δ)/D_n(f) of the last `trial`, and the factors exp(δ).
  private let ratios: UnsafeMutablePointer<Double>
  private var factors: [Double] = []
  private let ones: [Double]

  /// OpenBLAS is told once to work on the calling thread only: parallel work is over samples, outside of it.
  private static let blasOnOneThread: Void = openblas_prepare_for_shards()

  var stateCount: Int { states.count }

  /// Undefined until `fill`.
  convenience init(_ potentials: ReducedPotentials, threads: Int) {
    self.init(potentials, origin: nil, threads: threads)
  }

  /// The columns `origin` of another, which was solved: a resample, which needs no exponentials.
  convenience init(resampling source: Responsibilities, origin: [Int]) {
    self.init(source.potentials, origin: origin, threads: 1)
    let k = stateCount
    for n in 0..<sampleCount {
      let old = origin[n]
      let (oldBlock, newBlock) = (source.block(of: old), block(of: n))
      for state in 0..<k {
        p[newBlock.start * k + state * newBlock.length + n - newBlock.start] =
          source.p[oldBlock.start * k + state * oldBlock.length + old - oldBlock.start]
      }
      logDenominators[n] = source.logDenominators[old]
    }
  }

  private init(_ potentials: ReducedPotentials, origin: [Int]?, threads: Int) {
    precondition(threads > 0)
    _ = Self.blasOnOneThread
    self.potentials = potentials
    self.origin = origin
    self.threads = threads
    states = potentials.sampledStates
    counts = states.map { Double(potentials.counts[$0]) }
    ownSamples = states.map { potentials.samples(of: $0) }
    sampleCount = potentials.sampleCount
    blockLength = max(64, min(4096, 16384 / states.count / 8 * 8))
    blockCount = (sampleCount + blockLength - 1) / blockLength
    groupCount = min(32, blockCount)
    p = .allocate(capacity: states.count * sampleCount)
    logDenominators = .allocate(capacity: sampleCount)
    ratios = .allocate(capacity: sampleCount)
    ones = [Double](repeating: 1, count: blockLength)
  }

  deinit {
    p.deallocate()
    logDenominators.deallocate()
    ratios.deallocate()
  }

  // MARK: Passes over the samples

  /// Sums over the samples at the current free energies.
  struct Moments: Sendable {
    /// F_kl = Σ P_ln over the samples n of state k. Shape `[states][states]`.
    var flux: [Double]
    /// Σ_n P_kn P_ln. Shape `[states][states]`.
    var products: [Double]
  }

  /// Takes the exponentials anew, by log-sum-exp, at the free energies f of `states`.
  func fill(_ f: [Double]) -> Moments {
    let k = stateCount
    let constants = zip(f, counts).map { $0 + log($1) }
    let n = potentials.sampleCount
    return potentials.values.withUnsafeBufferPointer { u in
      let u = UncheckedBuffer(u.baseAddress!)
      return momentsOverBlocks { start, length, block in
        // First the potentials, gathered; then the largest exponent of each sample; then the exponentials.
        for state in 0..<k {
          let row = block + state * length
          let source = u.pointer + self.states[state] * n
          if let origin = self.origin {
            for i in 0..<length { row[i] = constants[state] - source[origin[start + i]] }
          } else {
            for i in 0..<length { row[i] = constants[state] - source[start + i] }
          }
        }
        let largest = self.ratios + start
        largest.update(from: block, count: length)
        for state in 1..<max(k, 1) {
          let row = block + state * length
          for i in 0..<length { largest[i] = max(largest[i], row[i]) }
        }
        let sums = self.logDenominators + start
        for i in 0..<length { sums[i] = 0 }
        for state in 0..<k {
          let row = block + state * length
          for i in 0..<length {
            let value = exp(row[i] - largest[i])
            row[i] = value
            sums[i] += value
          }
        }
        for state in 0..<k {
          let row = block + state * length
          for i in 0..<length { row[i] /= sums[i] }
        }
        for i in 0..<length { sums[i] = largest[i] + log(sums[i]) }
      }
    }
  }

  /// Σ_n ln D_n(f + δ)/D_n(f), which is what the objective gains before −Σ N_k δ_k; nothing changes yet.
  func trial(_ delta: [Double]) -> Double {
    let k = Int32(stateCount)
    let factors = delta.map { exp($0) }
    self.factors = factors
    return sumOverGroups(width: 1) { start, length, sum in
      let ratios = self.ratios + start
      let block = self.p + start * self.stateCount
      cblas_dgemv(
        CblasRowMajor, CblasTrans, k, Int32(length), 1, block, Int32(length), factors, 1, 0, ratios, 1)
      // Logarithms of products of eight: each ratio is within e^±300 of 1 at worst, mostly near it.
      var i = 0
      var total = 0.0
      while i < length {
        let end = min(i + 8, length)
        var product = 1.0
        for j in i..<end { product *= ratios[j] }
        if product > 1e-280 && product < 1e280 {
          total += log(product)
        } else {
          for j in i..<end { total += log(ratios[j]) }
        }
        i = end
      }
      sum[0] += total
    }[0]
  }

  /// Goes where the last `trial` was.
  func advance() -> Moments {
    let k = stateCount
    let factors = self.factors
    return momentsOverBlocks { start, length, block in
      let ratios = self.ratios + start
      let logs = self.logDenominators + start
      for i in 0..<length {
        logs[i] += log(ratios[i])
        ratios[i] = 1 / ratios[i]
      }
      for state in 0..<k {
        let row = block + state * length
        let factor = factors[state]
        for i in 0..<length { row[i] *= factor * ratios[i] }
      }
    }
  }

  /// Σ_n P_kn y_n. Shape `[states]`.
  func times(_ y: [Double]) -> [Double] {
    precondition(y.count == sampleCount)
    let k = stateCount
    return sumOverGroups(width: k) { start, length, sum in
      y.withUnsafeBufferPointer { y in
        cblas_dgemv(
          CblasRowMajor, CblasNoTrans, Int32(k), Int32(length), 1, self.p + start * k, Int32(length),
          y.baseAddress! + start, 1, 1, sum, 1)
      }
    }
  }

  /// ln D_n
  var logDenominatorValues: [Double] { Array(UnsafeBufferPointer(start: logDenominators, count: sampleCount)) }

  // MARK: Blocks

  private func blockBounds(_ index: Int) -> (start: Int, length: Int) {
    let start = index * blockLength
    return (start, min(blockLength, sampleCount - start))
  }

  private func block(of sample: Int) -> (start: Int, length: Int) { blockBounds(sample / blockLength) }

  /// Runs `body(start, length, block)` for each block and then takes its share of the moments.
  private func momentsOverBlocks(_ body: @Sendable (Int, Int, UnsafeMutablePointer<Double>) -> Void) -> Moments {
    let k = stateCount
    let sums = sumOverGroups(width: 2 * k * k) { start, length, sum in
      let block = self.p + start * k
      body(start, length, block)
      for (state, own) in self.ownSamples.enumerated() {
        let part = own.clamped(to: start..<start + length)
        guard !part.isEmpty else { continue }
        cblas_dgemv(
          CblasRowMajor, CblasNoTrans, Int32(k), Int32(part.count), 1, block + part.lowerBound - start, Int32(length),
          self.ones, 1, 1, sum + state * k, 1)
      }
      cblas_dsyrk(
        CblasRowMajor, CblasUpper, CblasNoTrans, Int32(k), Int32(length), 1, block, Int32(length), 1, sum + k * k,
        Int32(k))
    }
    var products = Array(sums[(k * k)...])
    for i in 0..<k { for j in 0..<i { products[i * k + j] = products[j * k + i] } }
    return Moments(flux: Array(sums[..<(k * k)]), products: products)
  }

  /// Adds what `body(start, length, sum)` adds to `sum[0 ..< width]`, over all blocks.
  private func sumOverGroups(
    width: Int, _ body: @Sendable (Int, Int, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let partial = UnsafeMutablePointer<Double>.allocate(capacity: width * groupCount)
    defer { partial.deallocate() }
    partial.initialize(repeating: 0, count: width * groupCount)
    let sums = UncheckedBuffer(partial)
    let groups = groupCount
    @Sendable func runGroup(_ group: Int) {
      for index in self.blockCount * group / groups..<self.blockCount * (group + 1) / groups {
        let (start, length) = self.blockBounds(index)
        body(start, length, sums.mutable + group * width)
      }
    }
    if threads == 1 || groups == 1 {
      for group in 0..<groups { runGroup(group) }
    } else {
      let shards = min(threads, groups)
      DispatchQueue.concurrentPerform(iterations: shards) { shard in
        for group in groups * shard / shards..<groups * (shard + 1) / shards { runGroup(group) }
      }
    }
    var total = [Double](repeating: 0, count: width)
    for group in 0..<groups { for i in 0..<width { total[i] += partial[group * width + i] } }
    return total
  }
}

/// A pointer that may cross to the threads of one parallel loop, which write to disjoint parts.
private struct UncheckedBuffer: @unchecked Sendable {
  let mutable: UnsafeMutablePointer<Double>
  var pointer: UnsafePointer<Double> { UnsafePointer(mutable) }

  init(_ pointer: UnsafeMutablePointer<Double>) { mutable = pointer }
  init(_ pointer: UnsafePointer<Double>) { mutable = UnsafeMutablePointer(mutating: pointer) }
}
