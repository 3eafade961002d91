/// The energy terms of a CustomGBForce, recognised as those of OpenMM's Born models.
struct CustomBornEnergy {
  let coulombConstant: Double
  let solventDielectric: Double
  let soluteDielectric: Double
  let inverseDebyeLength: Double
  let surfaceArea: GeneralizedBorn.SurfaceArea?

  /// What the self term and the pair term must agree in.
  private struct Electrostatics: Equatable {
    let coulombConstant: Double
    let solventDielectric: Double
    let soluteDielectric: Double
    let inverseDebyeLength: Double
  }

  init(
    _ force: SystemElement, globals: [String: Double], charge: String, radiusOffset: Double, cutoff: Double?
  ) throws(InputError) {
    var ownTerm: Electrostatics?
    var pairTerm: Electrostatics?
    var surface: GeneralizedBorn.SurfaceArea?
    for entry in try force.entries("EnergyTerms", of: "Term") {
      let term = try CustomBornExpression(entry, globals: globals)
      let type = try entry.integer("type", in: 0...2)
      if type == 0, ownTerm == nil, let found = try Self.ownTerm(term, charge) {
        ownTerm = found
      } else if type == 2, pairTerm == nil, let found = try Self.pairTerm(term, charge, cutoff) {
        pairTerm = found
      } else if type == 0, surface == nil,
        let found = term.expression.mainMatches("$t*(radius+$p)^2*(radius/B)^6"),
        term.expression.formulas == ["radius"],
        term.expression.definition("radius", matches: "or+offset"),
        abs(try term.constant("offset") - radiusOffset) < 1e-12
      {
        surface = GeneralizedBorn.SurfaceArea(tension: found["$t"]!, probeRadius: found["$p"]!)
      } else {
        throw term.unknown("the self, pair or surface-area term of a Born model, each once")
      }
    }
    guard let ownTerm, let pairTerm, ownTerm == pairTerm else {
      throw force.error(
        "the self term and the pair term are missing or disagree",
        expected: "one of each with the same dielectrics, κ and Coulomb constant")
    }
    guard ownTerm.solventDielectric > 0, ownTerm.soluteDielectric > 0, ownTerm.inverseDebyeLength >= 0 else {
      throw force.error(
        "a dielectric or κ is out of range", expected: "positive dielectrics, κ not negative",
        found: "\(ownTerm.solventDielectric), \(ownTerm.soluteDielectric), \(ownTerm.inverseDebyeLength)")
    }
    coulombConstant = ownTerm.coulombConstant
    solventDielectric = ownTerm.solventDielectric
    soluteDielectric = ownTerm.soluteDielectric
    inverseDebyeLength = ownTerm.inverseDebyeLength
    surfaceArea = surface
  }

  private static func electrostatics(
    _ term: CustomBornExpression, _ found: [String: Double], isSalted: Bool
  ) throws(InputError) -> Electrostatics {
    Electrostatics(
      coulombConstant: found["$C"]!, solventDielectric: try term.constant("solventDielectric"),
      soluteDielectric: try term.constant("soluteDielectric"),
      inverseDebyeLength: isSalted ? try term.constant("kappa") : 0)
  }

  private static func ownTerm(_ term: CustomBornExpression, _ charge: String) throws(InputError) -> Electrostatics? {
    guard term.expression.formulas.isEmpty else { return nil }
    for (numerator, isSalted) in [("1", false), ("exp(-kappa*B)", true)] {
      let template = "-0.5*$C*(1/soluteDielectric-\(numerator)/solventDielectric)*\(charge)^2/B"
      if let found = term.expression.mainMatches(template) {
        return try electrostatics(term, found, isSalted: isSalted)
      }
    }
    return nil
  }

  private static func pairTerm(
    _ term: CustomBornExpression, _ charge: String, _ cutoff: Double?
  ) throws(InputError) -> Electrostatics? {
    guard term.expression.formulas == ["f"],
      term.expression.definition("f", matches: "sqrt(r^2+B1*B2*exp(-r^2/(4*B1*B2)))")
    else { return nil }
    for (numerator, isSalted) in [("1", false), ("exp(-kappa*f)", true)] {
      let prefix = "-$C*(1/soluteDielectric-\(numerator)/solventDielectric)*\(charge)1*\(charge)2"
      if let found = term.expression.mainMatches(prefix + "/f") {
        guard cutoff == nil else {
          throw term.element.error(
            "the pair energy is not shifted although the force has a cutoff", expected: "…*(1/f-1/cutoff)",
            found: "…/f")
        }
        return try electrostatics(term, found, isSalted: isSalted)
      }
      if let found = term.expression.mainMatches(prefix + "*(1/f-$s)") {
        // Python printed 1/cutoff with at least twelve digits.
        guard let cutoff, abs(found["$s"]! * cutoff - 1) < 1e-10 else {
          throw term.element.error(
            "the shift of the pair energy is not that of the force's cutoff",
            expected: cutoff.map { "\(1 / $0)" } ?? "no shift, as the force has no cutoff", found: "\(found["$s"]!)")
        }
        return try electrostatics(term, found, isSalted: isSalted)
      }
    }
    return nil
  }
}
