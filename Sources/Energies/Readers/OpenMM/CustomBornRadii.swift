/// The computed values I and B of a CustomGBForce, recognised as those of a known Born model.
struct CustomBornRadii {
  let model: String
  /// ρ − ρ̃, nm
  let offset: Double
  /// α, β, γ where all atoms share them; nil where each atom has its own.
  let constants: (Double, Double, Double)?
  let neckScale: Double?
  let neckCut: Double?

  private static let descreening =
    "0.5*(1/L-1/U+0.25*(r-sr2^2/r)*(1/(U^2)-1/(L^2))+0.5*log(L/U)/r)"
  /// OpenMM before 7.3 multiplied by the step where it now selects; both are the same sum.
  private static let pairTemplates = ["select(step(r+sr2-or1),\(descreening),0)", "step(r+sr2-or1)*\(descreening)"]
  private static let neckTemplate = """
    step(radius1+radius2+neckCut-r)*getm0(radindex1,radindex2)/(1+100*(r-getd0(radindex1,radindex2))^2\
    +0.3*1000000*(r-getd0(radindex1,radindex2))^6)
    """

  init(_ force: SystemElement, globals: [String: Double], hasAtomConstants: Bool) throws(InputError) {
    let values = try force.entries("ComputedValues", of: "Value")
    guard values.count == 2, try values[0].string("name") == "I", try values[1].string("name") == "B" else {
      throw force.error(
        "the computed values are not those of a known Born model", expected: "I and B", found: "\(values.count) values")
    }
    // Type 2 sums over pairs without exclusions; type 0 belongs to one particle.
    _ = try values[0].integer("type", in: 2...2)
    _ = try values[1].integer("type", in: 0...0)

    let sum = try CustomBornExpression(values[0], globals: globals)
    let expression = sum.expression
    let commonParts =
      expression.definition("U", matches: "r+sr2") && expression.definition("L", matches: "max(or1,D)")
      && expression.definition("D", matches: "abs(r-sr2)")
    var sumOffset: Double?
    if commonParts, expression.formulas == ["U", "L", "D"],
      Self.pairTemplates.contains(where: { expression.mainMatches($0) != nil })
    {
      neckScale = nil
      neckCut = nil
    } else if commonParts, expression.formulas == ["U", "L", "D", "Ineck", "Ivdw", "radius1", "radius2"],
      expression.mainMatches("Ivdw+neckScale*Ineck") != nil,
      expression.definition("Ineck", matches: Self.neckTemplate),
      Self.pairTemplates.contains(where: { expression.definition("Ivdw", matches: $0) }),
      expression.definition("radius1", matches: "or1+offset"), expression.definition("radius2", matches: "or2+offset")
    {
      neckScale = try sum.constant("neckScale")
      neckCut = try sum.constant("neckCut")
      sumOffset = try sum.constant("offset")
    } else {
      throw sum.unknown("the pair sum I of OBC or GBn")
    }

    let radius = try CustomBornExpression(values[1], globals: globals)
    if radius.expression.mainMatches("1/(1/or-I)") != nil {
      throw values[1].error(
        "the model HCT (igb = 1) is not supported", expected: "OBC1, OBC2, GBn or GBn2", found: "B = 1/(1/or-I)")
    }
    guard radius.expression.formulas == ["psi", "radius"], radius.expression.definition("psi", matches: "I*or"),
      radius.expression.definition("radius", matches: "or+offset")
    else { throw radius.unknown("the Born radius of OBC or GBn") }
    offset = try radius.constant("offset")
    guard (0...0.1).contains(offset), abs((sumOffset ?? offset) - offset) < 1e-12 else {
      throw values[1].error(
        "the radius offset is out of range or differs between I and B", expected: "one offset from 0 to 0.1 nm",
        found: "\(offset) and \(sumOffset.map { "\($0)" } ?? "none")")
    }
    let main = radius.expression
    if let found = main.mainMatches("1/(1/or-tanh($a*psi+$c*psi^3)/radius)") {
      constants = (found["$a"]!, 0, found["$c"]!)
    } else if let found = main.mainMatches("1/(1/or-tanh(psi-$b*psi^2+$c*psi^3)/radius)") {
      constants = (1, found["$b"]!, found["$c"]!)
    } else if let found = main.mainMatches("1/(1/or-tanh($a*psi-$b*psi^2+$c*psi^3)/radius)") {
      constants = (found["$a"]!, found["$b"]!, found["$c"]!)
    } else if main.mainMatches("1/(1/or-tanh(alpha*psi-beta*psi^2+gamma*psi^3)/radius)") != nil {
      constants = nil
    } else {
      throw radius.unknown("the Born radius of OBC or GBn")
    }
    guard hasAtomConstants == (constants == nil) else {
      throw values[1].error(
        "the expression and the parameters per particle do not belong together",
        expected: "alpha, beta and gamma in both or in neither")
    }
    model = Self.name(constants, hasNeck: neckScale != nil)
  }

  private static func name(_ constants: (Double, Double, Double)?, hasNeck: Bool) -> String {
    guard let constants else { return hasNeck ? "GBn2" : "OBC with constants per atom" }
    if hasNeck { return "GBn" }
    if constants == (0.8, 0, 2.909125) { return "OBC1" }
    if constants == (1, 0.8, 4.85) { return "OBC2" }
    return "OBC with α, β, γ = \(constants.0), \(constants.1), \(constants.2)"
  }
}

/// One expression of a CustomGBForce with the constants it may use.
struct CustomBornExpression {
  let element: SystemElement
  let text: String
  let expression: LeptonExpression
  private let constants: [String: Double]

  init(_ element: SystemElement, globals: [String: Double]) throws(InputError) {
    self.element = element
    text = try element.string("expression")
    guard text.utf8.count <= 10_000, let expression = LeptonExpression(text) else {
      throw element.error(
        "the expression is unreadable", expected: "an expression of OpenMM's Born models", found: "'\(text.prefix(80))'"
      )
    }
    self.expression = expression
    // A definition hides a global parameter of the same name.
    constants = globals.merging(expression.constants) { _, local in local }
  }

  func constant(_ name: String) throws(InputError) -> Double {
    guard let value = constants[name] else {
      throw element.error(
        "the expression leaves \(name) undefined", expected: "\(name) = a number", found: "'\(text.prefix(80))'")
    }
    return value
  }

  func unknown(_ expected: String) -> InputError {
    element.error(
      "the expression is not that of a known Born model", expected: expected, found: "'\(text.prefix(200))'",
      advice: "supported are OBC1, OBC2, GBn and GBn2 as OpenMM's app layer writes them")
  }
}
