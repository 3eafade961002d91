import CLaneKernels

/// Generalized Born solvation by pairwise descreening, with an optional surface-area term.
///
/// Born radius: 1/Bᵢ = 1/ρ̃ᵢ − tanh(αψ − βψ² + γψ³)/ρᵢ, ψ = ρ̃ᵢ Iᵢ, ρ̃ = ρ − offset, and Iᵢ the sum over j of
/// ½ [1/L − 1/U + ¼ (r − s²/r)(1/U² − 1/L²) + ½ ln(L/U)/r] where r + s > ρ̃ᵢ, with s the scaled radius of j,
/// U = r + s, L = max(ρ̃ᵢ, |r − s|) (Hawkins, Cramer, Truhlar 1996, doi:10.1021/jp961710n; Onufriev, Bashford, Case
/// 2004, doi:10.1002/prot.20033). Energy: −C (1/ε_in − e^{−κf}/ε_out) qᵢ qⱼ/f, f² = r² + Bᵢ Bⱼ exp(−r²/(4 Bᵢ Bⱼ))
/// (Still et al. 1990, doi:10.1021/ja00172a038), half of it for i = j.
public struct GeneralizedBorn: EnergyTerm {
  public struct Particle: Sendable, Equatable {
    /// e
    public var charge: Double
    /// ρ̃ = ρ − offset, nm
    public var offsetRadius: Double
    /// s = scale · ρ̃, nm; negative for sulfur in GBn2.
    public var scaledRadius: Double
    public var alpha: Double
    public var beta: Double
    public var gamma: Double
    /// Row of the neck tables; 0 where the model has no neck.
    public var radiusClass: Int

    public init(
      charge: Double, offsetRadius: Double, scaledRadius: Double, alpha: Double, beta: Double, gamma: Double,
      radiusClass: Int = 0
    ) {
      self.charge = charge
      self.offsetRadius = offsetRadius
      self.scaledRadius = scaledRadius
      self.alpha = alpha
      self.beta = beta
      self.gamma = gamma
      self.radiusClass = radiusClass
    }
  }

  /// Neck correction of GBn and GBn2: adds scale · m₀/(1 + 100 (r − d₀)² + 3·10⁵ (r − d₀)⁶) to Iᵢ where
  /// r < ρᵢ + ρⱼ + cut (Mongan et al. 2007, doi:10.1021/ct600085e; Nguyen et al. 2013, doi:10.1021/ct3010485).
  public struct Neck: Sendable, Equatable {
    public var scale: Double
    /// nm
    public var cut: Double
    public var classCount: Int
    /// d₀ of (class of i, class of j), nm, row i: `distances[ci * classCount + cj]`.
    public var distances: [Double]
    /// m₀ likewise, 1/nm.
    public var depths: [Double]

    public init(scale: Double, cut: Double, classCount: Int, distances: [Double], depths: [Double]) {
      precondition(distances.count == classCount * classCount && depths.count == classCount * classCount)
      self.scale = scale
      self.cut = cut
      self.classCount = classCount
      self.distances = distances
      self.depths = depths
    }
  }

  /// U = tension · (ρ + probe)² (ρ/B)⁶ per atom (the "ACE" approximation, Schaefer, Bartels, Karplus 1998,
  /// doi:10.1006/jmbi.1998.2172).
  public struct SurfaceArea: Sendable, Equatable {
    /// kJ/mol/nm², with the factor 4π included; OpenMM's default is 28.3919551.
    public var tension: Double
    /// nm
    public var probeRadius: Double

    public init(tension: Double = 28.391_955_1, probeRadius: Double = 0.14) {
      self.tension = tension
      self.probeRadius = probeRadius
    }
  }

  public struct Parameters: Sendable, Equatable {
    /// "OBC1", "OBC2", "GBn2", for `info`.
    public var model: String
    public var solventDielectric: Double
    public var soluteDielectric: Double
    /// ρ − ρ̃, nm
    public var radiusOffset: Double = 0.009
    /// C, kJ nm/(mol e²): OpenMM's CustomGB expressions and its GBSAOBCForce use different digits.
    public var coulombConstant: Double
    /// GBSAOBCForce adds 2 (1/ρ̃ᵢ − 1/L) where atom i lies inside j (ρ̃ᵢ < s − r); the CustomGB forms do not.
    public var countsEngulfedAtoms: Bool
    public var neck: Neck?
    public var surfaceArea: SurfaceArea?
    /// κ, inverse Debye length, 1/nm.
    public var inverseDebyeLength: Double = 0
    /// Pairs beyond do not interact, nor descreen; pair energies are shifted by 1/cutoff. nm
    public var cutoff: Double?

    public init(
      model: String, solventDielectric: Double, soluteDielectric: Double, coulombConstant: Double,
      countsEngulfedAtoms: Bool, neck: Neck? = nil, surfaceArea: SurfaceArea?, inverseDebyeLength: Double = 0,
      cutoff: Double? = nil
    ) {
      self.model = model
      self.solventDielectric = solventDielectric
      self.soluteDielectric = soluteDielectric
      self.coulombConstant = coulombConstant
      self.countsEngulfedAtoms = countsEngulfedAtoms
      self.neck = neck
      self.surfaceArea = surfaceArea
      self.inverseDebyeLength = inverseDebyeLength
      self.cutoff = cutoff
    }
  }

  public static let componentNames = ["generalized_born", "surface_area"]
  public let particles: [Particle]
  public let parameters: Parameters
  /// charge, offset radius, scaled radius, α, β, γ: six columns of one value per atom.
  private let columns: ParameterColumns
  /// d₀ then m₀ · scale of every ordered pair; empty without a neck.
  private let necks: ParameterColumns

  public init(particles: [Particle], parameters: Parameters) {
    precondition(particles.allSatisfy { $0.offsetRadius > 0 }, "radii must exceed the radius offset")
    self.particles = particles
    self.parameters = parameters
    columns = ParameterColumns(
      particles.map(\.charge) + particles.map(\.offsetRadius) + particles.map(\.scaledRadius)
        + particles.map(\.alpha) + particles.map(\.beta) + particles.map(\.gamma))
    if let neck = parameters.neck {
      let cells = particles.flatMap { i in particles.map { j in i.radiusClass * neck.classCount + j.radiusClass } }
      necks = ParameterColumns(cells.map { neck.distances[$0] } + cells.map { neck.scale * neck.depths[$0] })
    } else {
      necks = ParameterColumns([])
    }
  }

  /// Enough for either precision.
  public var scratchCount: Int {
    let count = Int32(particles.count)
    return Int(max(lane_born_scratch(count), (lane_born_scratch_single(count) + 1) / 2))
  }

  public var largestAtomIndex: Int { particles.count - 1 }

  public func accumulate(_ block: LaneBlock) {
    let count = particles.count
    columns.double.withUnsafeBufferPointer { columns in
      necks.double.withUnsafeBufferPointer { necks in
        guard let base = columns.baseAddress else { return }
        let neck = parameters.neck == nil ? nil : necks.baseAddress
        var table = lane_born(
          atom_count: Int32(count), charge: base, offset_radius: base + count, scaled_radius: base + 2 * count,
          alpha: base + 3 * count, beta: base + 4 * count, gamma: base + 5 * count,
          radius_offset: parameters.radiusOffset, coulomb_constant: parameters.coulombConstant,
          solute_dielectric: parameters.soluteDielectric,
          solvent_dielectric: parameters.solventDielectric,
          kappa: parameters.inverseDebyeLength, cutoff: parameters.cutoff ?? 0,
          counts_engulfed_atoms: parameters.countsEngulfedAtoms ? 1 : 0, neck_distance: neck,
          neck_depth: neck.map { $0 + count * count }, neck_cut: parameters.neck?.cut ?? 0,
          surface_tension: parameters.surfaceArea?.tension ?? 0,
          probe_radius: parameters.surfaceArea?.probeRadius ?? 0)
        lane_generalized_born(
          &table, block.positions, block.forces, block.energies, block.energies + LaneBlock.lanes, block.scratch)
      }
    }
  }

  public func accumulate(_ block: SingleLaneBlock) {
    let count = particles.count
    columns.single.withUnsafeBufferPointer { columns in
      necks.single.withUnsafeBufferPointer { necks in
        guard let base = columns.baseAddress else { return }
        let neck = parameters.neck == nil ? nil : necks.baseAddress
        var table = lane_born_single(
          atom_count: Int32(count), charge: base, offset_radius: base + count, scaled_radius: base + 2 * count,
          alpha: base + 3 * count, beta: base + 4 * count, gamma: base + 5 * count,
          radius_offset: Float(parameters.radiusOffset), coulomb_constant: Float(parameters.coulombConstant),
          solute_dielectric: Float(parameters.soluteDielectric),
          solvent_dielectric: Float(parameters.solventDielectric),
          kappa: Float(parameters.inverseDebyeLength), cutoff: Float(parameters.cutoff ?? 0),
          counts_engulfed_atoms: parameters.countsEngulfedAtoms ? 1 : 0, neck_distance: neck,
          neck_depth: neck.map { $0 + count * count }, neck_cut: Float(parameters.neck?.cut ?? 0),
          surface_tension: Float(parameters.surfaceArea?.tension ?? 0),
          probe_radius: Float(parameters.surfaceArea?.probeRadius ?? 0))
        let scratchCount = 2 * scratchCount
        block.scratch.withMemoryRebound(to: Float.self, capacity: scratchCount) { scratch in
          lane_generalized_born_single(
            &table, block.positions, block.forces, block.energies, block.energies + SingleLaneBlock.lanes, scratch)
        }
      }
    }
  }
}
