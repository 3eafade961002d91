/// Lennard-Jones and Coulomb interactions of all pairs, with exceptions and, optionally, a cutoff.
///
/// U_LJ = 4 ε [(σ/r)¹² − (σ/r)⁶] with σ = (σᵢ + σⱼ)/2, ε = √(εᵢ εⱼ); U_C = C qᵢ qⱼ / r, C = 1/(4π ε₀).
/// With a cutoff r_c and reaction-field dielectric ε_rf (Tironi et al. 1995, doi:10.1063/1.469273), pairs beyond r_c
/// vanish and U_C = C qᵢ qⱼ (1/r + k_rf r² − c_rf), k_rf = (ε_rf − 1)/((2 ε_rf + 1) r_c³),
/// c_rf = 3 ε_rf/((2 ε_rf + 1) r_c). Exceptions replace the interaction of their pair and are never cut off.
public struct Nonbonded: EnergyTerm {
  public struct Particle: Sendable, Equatable {
    /// e
    public var charge: Double
    /// nm
    public var sigma: Double
    /// kJ/mol
    public var epsilon: Double

    public init(charge: Double, sigma: Double, epsilon: Double) {
      self.charge = charge
      self.sigma = sigma
      self.epsilon = epsilon
    }
  }

  /// Replaces the interaction of one pair; all zero means excluded.
  public struct Exception: Sendable, Equatable {
    public var i: Int
    public var j: Int
    /// e²
    public var chargeProduct: Double
    /// nm
    public var sigma: Double
    /// kJ/mol
    public var epsilon: Double

    public init(_ i: Int, _ j: Int, chargeProduct: Double, sigma: Double, epsilon: Double) {
      self.i = i
      self.j = j
      self.chargeProduct = chargeProduct
      self.sigma = sigma
      self.epsilon = epsilon
    }
  }

  /// A non-periodic cutoff.
  public struct Cutoff: Sendable, Equatable {
    /// r_c, nm
    public var distance: Double
    /// ε_rf; 1 where an implicit solvent is present, 78.3 by OpenMM's default.
    public var reactionFieldDielectric: Double

    public init(distance: Double, reactionFieldDielectric: Double) {
      precondition(distance > 0)
      self.distance = distance
      self.reactionFieldDielectric = reactionFieldDielectric
    }
  }

  public static let componentNames = ["lennard_jones", "coulomb"]
  public let particles: [Particle]
  public let exceptions: [Exception]
  public let cutoff: Cutoff?

  public init(particles: [Particle], exceptions: [Exception], cutoff: Cutoff? = nil) {
    self.particles = particles
    self.exceptions = exceptions
    self.cutoff = cutoff
  }

  public var largestAtomIndex: Int { particles.count - 1 }
}
