import CFFTW
import Foundation

/// One-dimensional discrete Fourier transforms of real series of one length, by FFTW (Frigo & Johnson 2005,
/// doi:10.1109/JPROC.2004.840301). Neither direction is normalised: back and forth multiplies by `length`.
///
/// Not to be shared between threads; several may work at the same time, because only making and freeing plans touches
/// what FFTW shares, and that happens behind one lock.
final class RealFourierTransform {
  let length: Int
  /// Shape `[length]`.
  let values: UnsafeMutableBufferPointer<Double>
  /// Shape `[length/2 + 1]`: the non-negative frequencies, (real, imaginary).
  let spectrum: UnsafeMutableBufferPointer<fftw_complex>

  private let forwardPlan: fftw_plan
  private let backwardPlan: fftw_plan
  private static let planning = NSLock()

  init(length: Int) {
    precondition(length > 0 && length <= Int(Int32.max), "FFTW takes 32-bit lengths")
    self.length = length
    let half = length / 2 + 1
    values = UnsafeMutableBufferPointer(start: fftw_alloc_real(length), count: length)
    spectrum = UnsafeMutableBufferPointer(start: fftw_alloc_complex(half), count: half)
    let flags = UInt32(1 << 6)  // FFTW_ESTIMATE, a macro that Swift does not see: plans without trial runs.
    Self.planning.lock()
    defer { Self.planning.unlock() }
    forwardPlan = fftw_plan_dft_r2c_1d(Int32(length), values.baseAddress, spectrum.baseAddress, flags)
    backwardPlan = fftw_plan_dft_c2r_1d(Int32(length), spectrum.baseAddress, values.baseAddress, flags)
  }

  deinit {
    Self.planning.lock()
    fftw_destroy_plan(forwardPlan)
    fftw_destroy_plan(backwardPlan)
    Self.planning.unlock()
    fftw_free(values.baseAddress)
    fftw_free(spectrum.baseAddress)
  }

  /// `values` → `spectrum`.
  func forward() { fftw_execute(forwardPlan) }

  /// `spectrum` → `values`; destroys the spectrum.
  func backward() { fftw_execute(backwardPlan) }

  /// The smallest length ≥ `minimum` whose only prime factors are 2, 3 and 5, which FFTW transforms fast.
  static func fastLength(atLeast minimum: Int) -> Int {
    var best = Int.max
    var fives = 1
    while fives < best {
      var threes = fives
      while threes < best {
        var length = threes
        while length < minimum { length *= 2 }
        best = min(best, length)
        if threes >= minimum { break }
        threes *= 3
      }
      if fives >= minimum { break }
      fives *= 5
    }
    return best
  }
}
