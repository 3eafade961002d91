extension ForceField {
  /// Names that `shipped(named:)` takes, without aliases.
  public static let shippedNames = ["amber14", "amber99sb-ildn", "amber96", "ff19SB"]

  /// Other spellings, compared without case, `-` and `_`.
  private static let aliases = [
    "amber14": "amber14", "ff14sb": "amber14", "amber14sb": "amber14", "amberff14sb": "amber14",
    "amber14all": "amber14",
    "amber99sbildn": "amber99sb-ildn", "ff99sbildn": "amber99sb-ildn", "amber96": "amber96", "ff96": "amber96",
    "ff19sb": "ff19SB", "amber19": "ff19SB", "amber19sb": "ff19SB", "amberff19sb": "ff19SB",
  ]

  /// The name of the shipped force field that another spelling means, or nil.
  public static func shippedName(_ name: String) -> String? {
    aliases[name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != "." }]
  }

  /// A protein force field that comes with the package, for example "amber14" (ff14SB).
  public static func shipped(named name: String) throws -> ForceField {
    guard let file = shippedName(name) else {
      throw InputError(
        "force field", "there is no shipped force field of this name",
        expected: shippedNames.joined(separator: ", "), found: name,
        advice: "name one of these, or give force-field XML files")
    }
    return try ForceField(table: .shipped(file), name: file)
  }
}
