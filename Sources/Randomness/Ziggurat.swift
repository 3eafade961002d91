import Foundation

/// Edges and heights of a ziggurat over exp(−x²/2): 256 layers of equal area, the lowest one including the tail.
///
/// Source: Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08.
struct Ziggurat: Sendable {
  /// x₀ > x₁ = r > … > x₂₅₆ = 0, where x₀ is the width that the lowest layer would have as a rectangle.
  let edges: [Double]
  /// exp(−xᵢ²/2)
  let heights: [Double]

  /// r solves x₂₅₆ = 0 for 256 layers.
  static let normal = Ziggurat(tailStart: 3.654_152_885_361_008_8)

  private init(tailStart: Double) {
    let height = exp(-0.5 * tailStart * tailStart)
    let area = tailStart * height + (0.5 * Double.pi).squareRoot() * erfc(tailStart / 2.0.squareRoot())
    var edges = [area / height, tailStart]
    for layer in 1..<255 {
      edges.append((-2 * log(area / edges[layer] + exp(-0.5 * edges[layer] * edges[layer]))).squareRoot())
    }
    edges.append(0)
    self.edges = edges
    heights = edges.map { exp(-0.5 * $0 * $0) }
  }

  @inline(__always)
  func withTables<R>(_ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> R) -> R {
    edges.withUnsafeBufferPointer { edges in
      heights.withUnsafeBufferPointer { heights in body(edges.baseAddress!, heights.baseAddress!) }
    }
  }
}
