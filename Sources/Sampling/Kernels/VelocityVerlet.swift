import Energies

/// Deterministic moves of walkers with velocities, ẋ = v, v̇ = −σ² ∂u/∂x, where σ² is the velocities' variance at
/// equilibrium (kT/m for molecules): the Hamiltonian is H = u(x) + Σ v²/(2σ²), in kT.
///
/// The scheme is velocity Verlet (Swope, Andersen, Berens, Wilson 1982, doi:10.1063/1.442716): second order,
/// time-reversible, volume-preserving.
struct VelocityVerlet {
  let variances: [Double]
  let timeStep: Double

  /// v ← v − fraction · h σ² ∂u/∂x
  func kick(_ walkers: inout Walkers, fraction: Double) {
    let factors = variances.map { fraction * timeStep * $0 }
    let count = walkers.count, dimension = walkers.dimension
    walkers.gradient.coordinates.withUnsafeBufferPointer { gradient in
      walkers.velocities!.coordinates.withUnsafeMutableBufferPointer { v in
        factors.withUnsafeBufferPointer { factors in
          for w in 0..<count {
            let base = w * dimension
            for c in 0..<dimension { v[base + c] -= factors[c] * gradient[base + c] }
          }
        }
      }
    }
  }

  /// x ← x + fraction · h v
  func drift(_ walkers: inout Walkers, fraction: Double) {
    let factor = fraction * timeStep
    walkers.velocities!.coordinates.withUnsafeBufferPointer { v in
      walkers.x.coordinates.withUnsafeMutableBufferPointer { x in
        for i in x.indices { x[i] += factor * v[i] }
      }
    }
  }

  /// v ← c v + √(1 − c²) σ η
  func thermalise(_ walkers: inout Walkers, memory c: Double, noise: [Double]) {
    let rest = (1 - c * c).squareRoot()
    let widths = variances.map { rest * $0.squareRoot() }
    let count = walkers.count, dimension = walkers.dimension
    noise.withUnsafeBufferPointer { eta in
      walkers.velocities!.coordinates.withUnsafeMutableBufferPointer { v in
        widths.withUnsafeBufferPointer { widths in
          for w in 0..<count {
            let base = w * dimension
            for i in 0..<dimension { v[base + i] = c * v[base + i] + widths[i] * eta[base + i] }
          }
        }
      }
    }
  }

  /// Σ v²/(2σ²) of each walker, kT.
  func kineticEnergies(_ walkers: Walkers) -> [Double] {
    let halves = variances.map { 0.5 / $0 }
    let dimension = walkers.dimension
    return (0..<walkers.count).map { w in
      walkers.velocities!.coordinates.withUnsafeBufferPointer { v in
        var sum = 0.0
        for c in 0..<dimension { sum += halves[c] * v[w * dimension + c] * v[w * dimension + c] }
        return sum
      }
    }
  }

  /// `steps` of velocity Verlet; returns which walkers went where the energy is infinite. Those have u = +∞; where they
  /// stand and their velocities are meaningless.
  func integrate(_ walkers: inout Walkers, steps: Int, target: some TargetDensity) throws -> Set<Int> {
    var lost = Set<Int>()
    let old = walkers.x
    for _ in 0..<steps {
      kick(&walkers, fraction: 0.5)
      drift(&walkers, fraction: 1)
      for w in 0..<walkers.count where lost.contains(w) || !walkers.x.isInRange(w) {
        lost.insert(w)
        walkers.x.coordinates.replaceSubrange(walkers.row(w), with: old.coordinates[walkers.row(w)])
      }
      walkers.reducedPotentials = try target.reducedPotentials(of: walkers.x, gradient: &walkers.gradient)
      for w in 0..<walkers.count where walkers.reducedPotentials[w] == .infinity { lost.insert(w) }
      kick(&walkers, fraction: 0.5)
    }
    for w in lost { walkers.reducedPotentials[w] = .infinity }
    return lost
  }
}
