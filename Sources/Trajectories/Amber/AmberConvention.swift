import Energies

/// Names and units of the AMBER NetCDF convention, version 1.0 revision C (ambermd.org/netcdf/nctraj.xhtml).
enum AmberConvention {
  enum Kind: String, Sendable {
    case trajectory = "AMBER"
    case restart = "AMBERRESTART"
  }

  static let version = "1.0"
  /// Longest text of a global attribute that the convention allows.
  static let longestText = 80

  /// What the global attribute `Conventions` declares; nil for a file of another community.
  static func kind(of file: ClassicFile) -> Kind? {
    guard let conventions = file.text("Conventions") else { return nil }
    for name in conventions.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ";" }) {
      if let kind = Kind(rawValue: String(name)) { return kind }
    }
    return nil
  }

  /// Throws unless the file declares itself as `kind`.
  static func require(_ kind: Kind, _ file: ClassicFile) throws(InputError) {
    let names: [Kind: String] = [
      .trajectory: "an AMBER NetCDF trajectory (Conventions = \"AMBER\")",
      .restart: "an AMBER NetCDF restart (Conventions = \"AMBERRESTART\")",
    ]
    guard let found = self.kind(of: file) else {
      throw InputError(
        file.path, "is a NetCDF file, but not one of AMBER's convention", expected: names[kind],
        found: file.text("Conventions").map { "Conventions = \"\($0.excerpt)\"" } ?? "no attribute Conventions")
    }
    if found != kind {
      throw InputError(file.path, "is another kind of AMBER file", expected: names[kind], found: names[found])
    }
  }

  /// Text cut to what the convention allows for a global attribute, at a whole character.
  static func bounded(_ text: String) -> String {
    var bounded = text
    while bounded.utf8.count > longestText { bounded.removeLast() }
    return bounded
  }

  /// The factor that brings stored values into MolFlow's units: `scale_factor` times that of `units`.
  ///
  /// A variable without units has those of the convention.
  static func factor(
    of variable: ClassicVariable, _ quantity: Quantity, in file: ClassicFile
  ) throws(InputError) -> Double {
    var scale = 1.0
    switch variable.attributes["scale_factor"] {
    case .numbers(let values) where values.count == 1 && values[0].isFinite && values[0] != 0: scale = values[0]
    case nil: break
    default:
      throw InputError(file.path, "'\(variable.name.excerpt)' has a scale_factor that is not one finite number")
    }
    guard case .text(let text) = variable.attributes["units"] else { return scale * quantity.conventional }
    let name = text.lowercased().filter { $0 != " " }
    if name.isEmpty { return scale * quantity.conventional }
    // Plurals are common: "degrees", "picoseconds".
    guard let unit = quantity.known[name] ?? quantity.known[String(name.dropLast())] else {
      throw InputError(
        file.path, "'\(variable.name.excerpt)' is in units this reader does not know",
        expected: quantity.known.keys.sorted().joined(separator: ", "), found: text.excerpt)
    }
    return scale * unit
  }

  /// A physical quantity of the convention, with the units it may come in.
  struct Quantity: Sendable {
    /// Factor of the convention's own unit.
    let conventional: Double
    /// Factors to nm, ps, kJ/mol/nm, radian, K by unit name, lower case, singular.
    let known: [String: Double]

    static let length = Quantity(
      conventional: Units.nanometersPerAngstrom,
      known: ["angstrom": Units.nanometersPerAngstrom, "nanometer": 1, "nm": 1])
    static let time = Quantity(
      conventional: 1, known: ["picosecond": 1, "ps": 1, "femtosecond": 1e-3, "nanosecond": 1e3])
    static let velocity = Quantity(
      conventional: Units.nanometersPerAngstrom,
      known: ["angstrom/picosecond": Units.nanometersPerAngstrom, "nanometer/picosecond": 1])
    static let force = Quantity(
      conventional: Units.kilojoulesPerKilocalorie / Units.nanometersPerAngstrom,
      known: [
        "kilocalorie/mole/angstrom": Units.kilojoulesPerKilocalorie / Units.nanometersPerAngstrom,
        "kilojoule/mole/nanometer": 1,
        // 1 u Å/ps² = 0.1 u nm²/ps²/nm, and u nm²/ps² is kJ/mol. Some AMBER versions write this.
        "amu*angstrom/picosecond^2": Units.nanometersPerAngstrom,
      ])
    static let angle = Quantity(
      conventional: Units.radiansPerDegree, known: ["degree": Units.radiansPerDegree, "radian": 1])
    static let temperature = Quantity(conventional: 1, known: ["kelvin": 1, "k": 1])
  }
}
