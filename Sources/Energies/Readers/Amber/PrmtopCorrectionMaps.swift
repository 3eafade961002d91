/// The CMAP sections of a prmtop (ff19SB: Tian et al. 2020, doi:10.1021/acs.jctc.9b00591).
///
/// A map's values run over ψ fastest, both angles from −180°; `CMAPTorsions.Map` runs over φ fastest from 0°.
enum PrmtopCorrectionMaps {
  static func read(_ file: PrmtopSections, _ pointers: PrmtopPointers) throws(InputError) -> CMAPTorsions? {
    guard file.contains("CMAP_COUNT") else {
      for section in file.sections where section.flag.hasPrefix("CMAP_") {
        throw InputError(
          file.path, line: section.flagLine, "%FLAG \(section.flag) without %FLAG CMAP_COUNT",
          expected: "all CMAP sections or none")
      }
      return nil
    }
    let counts = try file.integers("CMAP_COUNT", count: 2)
    for place in 0..<2 where !(0...99_999_999).contains(counts[place]) {
      throw InputError(
        file.path, line: counts.lines[place], "%FLAG CMAP_COUNT: value \(place + 1) is out of range",
        expected: "0 to 99999999", found: "\(counts[place])")
    }
    let resolutions = try file.integers("CMAP_RESOLUTION", count: counts[1])
    var maps: [CMAPTorsions.Map] = []
    var flags: Set<String> = []
    for index in 0..<resolutions.count {
      let size = resolutions[index]
      guard size % 2 == 0, (4...360).contains(size) else {
        throw InputError(
          file.path, line: resolutions.lines[index],
          "%FLAG CMAP_RESOLUTION: the size of map \(index + 1) is out of range",
          expected: "an even number from 4 to 360", found: "\(size)")
      }
      let flag = "CMAP_PARAMETER_" + (index < 9 ? "0" : "") + "\(index + 1)"
      flags.insert(flag)
      let values = try file.reals(flag, count: size * size)
      var energies = [Double](repeating: 0, count: size * size)
      for a in 0..<size {
        for b in 0..<size {
          let (phi, psi) = ((a + size / 2) % size, (b + size / 2) % size)
          energies[a + size * b] = values[size * phi + psi] * Units.kilojoulesPerKilocalorie
        }
      }
      maps.append(CMAPTorsions.Map(size: size, energies: energies))
    }
    for section in file.sections where section.flag.hasPrefix("CMAP_PARAMETER_") && !flags.contains(section.flag) {
      throw InputError(
        file.path, line: section.flagLine, "a correction map that CMAP_COUNT does not count",
        expected: "\(maps.count) maps", found: "%FLAG \(section.flag)")
    }

    let rows = try file.integers("CMAP_INDEX", count: 6 * counts[0])
    var torsions: [CMAPTorsions.Parameters] = []
    for entry in stride(from: 0, to: rows.count, by: 6) {
      var atoms: [Int] = []
      for place in entry..<entry + 5 {
        // Plain 1-based atom numbers here, unlike in the other lists.
        guard (1...pointers.atomCount).contains(rows[place]), !atoms.contains(rows[place] - 1) else {
          throw InputError(
            file.path, line: rows.lines[place], "%FLAG CMAP_INDEX: value \(place + 1) is no atom, or repeats one",
            expected: "five different atoms, 1 to NATOM = \(pointers.atomCount)", found: "\(rows[place])")
        }
        atoms.append(rows[place] - 1)
      }
      guard (1...max(maps.count, 1)).contains(rows[entry + 5]), !maps.isEmpty else {
        throw InputError(
          file.path, line: rows.lines[entry + 5], "%FLAG CMAP_INDEX: value \(entry + 6) is no map",
          expected: "1 to \(maps.count)", found: "\(rows[entry + 5])")
      }
      torsions.append(
        CMAPTorsions.Parameters(
          map: rows[entry + 5] - 1, first: SIMD4(atoms[0], atoms[1], atoms[2], atoms[3]),
          second: SIMD4(atoms[1], atoms[2], atoms[3], atoms[4])))
    }
    return torsions.isEmpty ? nil : CMAPTorsions(maps: maps, torsions: torsions)
  }
}
