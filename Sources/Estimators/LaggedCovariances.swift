import COpenBLAS
import Foundation

/// Means and covariances of pairs (xₜ, xₜ₊τ) of time series of D features.
struct LaggedCovariances {
  /// Shape `[D]`.
  let mean: [Double]
  let laggedMean: [Double]
  /// ⟨(x − μ)(x − μ)ᵀ⟩, shape `[D][D]`, flat.
  let instantaneous: [Double]
  /// ⟨(x − μ)(y − μ′)ᵀ⟩, shape `[D][D]`, flat.
  let lagged: [Double]

  /// - Parameters:
  ///   - trajectories: each `[T][D]`, flat; those not longer than the lag give no pair.
  ///   - weight: of the pair that begins with a frame; need not be positive. nil for equal weights.
  ///   - symmetrized: every pair counts in both directions, so that both means are one and `lagged` is symmetric.
  init(
    _ trajectories: [[Double]], dimension: Int, lag: Int, weight: (([Double], Int) -> Double)?, symmetrized: Bool
  ) {
    var total = 0.0
    var mean = [Double](repeating: 0, count: dimension)
    var laggedMean = mean
    for frames in trajectories {
      for t in 0..<max(0, frames.count / dimension - lag) {
        let w = weight?(frames, t) ?? 1
        total += w
        for d in 0..<dimension {
          mean[d] += w * frames[t * dimension + d]
          laggedMean[d] += w * frames[(t + lag) * dimension + d]
        }
      }
    }
    for d in 0..<dimension {
      if symmetrized {
        mean[d] = (mean[d] + laggedMean[d]) / 2
        laggedMean[d] = mean[d]
      }
      mean[d] /= total
      laggedMean[d] /= total
    }

    var instantaneous = [Double](repeating: 0, count: dimension * dimension)
    var lagged = instantaneous
    let size = Int32(dimension)
    func accumulate(_ a: [Double], _ b: [Double], _ rows: Int, into c: inout [Double]) {
      // c += aᵀ b
      cblas_dgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, size, size, Int32(rows), 1 / total, a, size, b, size, 1, &c, size)
    }
    let rowsAtOnce = 1024
    for frames in trajectories {
      let pairs = max(0, frames.count / dimension - lag)
      for start in stride(from: 0, to: pairs, by: rowsAtOnce) {
        let rows = min(rowsAtOnce, pairs - start)
        var x = [Double](repeating: 0, count: rows * dimension)
        var (y, wx, wy) = (x, x, x)
        for t in 0..<rows {
          let w = (weight?(frames, start + t) ?? 1) * (symmetrized ? 0.5 : 1)
          for d in 0..<dimension {
            let place = t * dimension + d
            x[place] = frames[(start + t) * dimension + d] - mean[d]
            y[place] = frames[(start + t + lag) * dimension + d] - laggedMean[d]
            wx[place] = w * x[place]
            wy[place] = w * y[place]
          }
        }
        accumulate(wx, x, rows, into: &instantaneous)
        accumulate(wx, y, rows, into: &lagged)
        if symmetrized {
          accumulate(wy, y, rows, into: &instantaneous)
          accumulate(wy, x, rows, into: &lagged)
        }
      }
    }
    (self.mean, self.laggedMean) = (mean, laggedMean)
    (self.instantaneous, self.lagged) = (instantaneous, lagged)
  }
}
