import CLaneKernels
import Foundation

/// Adam with decoupled weight decay (Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101):
/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ(1 − ηλ) − η m̂/(√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
public struct AdamW: Sendable {
  public struct Options: Sendable, Equatable, Codable {
    /// β₁
    public var firstDecay = 0.9
    /// β₂
    public var secondDecay = 0.999
    public var epsilon = 1e-8
    /// λ
    public var weightDecay = 0.0

    public init() {}
  }

  public var options: Options
  /// Steps done.
  public private(set) var step: Int
  /// m and v of every parameter.
  public private(set) var first: [Float]
  public private(set) var second: [Float]

  public init(count: Int, options: Options = Options()) {
    self.options = options
    step = 0
    first = [Float](repeating: 0, count: count)
    second = first
  }

  /// Goes on from a saved state.
  public init(options: Options, step: Int, first: [Float], second: [Float]) {
    precondition(first.count == second.count)
    (self.options, self.step, self.first, self.second) = (options, step, first, second)
  }

  /// One step along a gradient that is multiplied by `scale` first.
  ///
  /// - Parameter rate: η.
  public mutating func update(
    _ store: inout ParameterStore, gradient: [Float], scale: Double = 1, rate: Double
  ) {
    precondition(gradient.count == first.count && store.count == first.count, "one derivative for each parameter")
    step += 1
    let options = options
    let time = Double(step)
    let corrected = rate / (1 - pow(options.firstDecay, time))
    let secondScale = (1 / (1 - pow(options.secondDecay, time))).squareRoot()
    let decays = zip(store.parameters, store.decays).map { ($0.range, $1) }
    gradient.withUnsafeBufferPointer { gradient in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          store.values.withUnsafeMutableBufferPointer { values in
            for (range, decays) in decays where !range.isEmpty {
              let start = range.lowerBound
              network_adam_single(
                Int64(range.count), gradient.baseAddress! + start, Float(scale), Float(options.firstDecay),
                Float(options.secondDecay), Float(corrected), Float(secondScale), Float(options.epsilon),
                Float(decays ? rate * options.weightDecay : 0), first.baseAddress! + start, second.baseAddress! + start,
                values.baseAddress! + start)
            }
          }
        }
      }
    }
  }
}
