/// OpenMM's CustomGBForce where it is one of the Born models that OpenMM's own Python layer writes.
///
/// Recognised by expression, blanks and constants aside: OBC1, OBC2 and GBn (igb = 2, 5, 7) with three parameters per
/// atom, GBn2 (igb = 8) with six, each with or without salt, cutoff and the surface-area term. The per-atom parameters
/// are the charge (called "charge", in OpenMM 7 "q"), "or" (ρ̃), "sr" (s), and where used alpha, beta, gamma, radindex.
enum CustomBornForceReader {
  static func read(_ force: SystemElement, particleCount: Int) throws(InputError) -> GeneralizedBorn {
    _ = try force.integer("version", in: 1...3)
    try force.allowAttributes(ForceCollector.harmlessAttributes.union(["cutoff", "method"]))
    try force.allowChildren([
      "PerParticleParameters", "GlobalParameters", "EnergyParameterDerivatives", "ComputedValues", "EnergyTerms",
      "Particles", "Exclusions", "Functions",
    ])
    try force.refuseEntries("EnergyParameterDerivatives", "derivatives by parameters")
    try force.refuseEntries("Exclusions", "exclusions in a Born model")
    let cutoff = try BuiltInBornForceReader.cutoff(force)
    let names = try parameterNames(force)
    var globals: [String: Double] = [:]
    for entry in try force.entries("GlobalParameters", of: "Parameter", isOptional: true) {
      globals[try entry.string("name")] = try entry.real("default")
    }

    let radii = try CustomBornRadii(force, globals: globals, hasAtomConstants: names.contains("alpha"))
    let energy = try CustomBornEnergy(
      force, globals: globals, charge: names[0], radiusOffset: radii.offset, cutoff: cutoff)
    let tables = try neck(force, radii, hasClasses: names.last == "radindex")
    let parameters = GeneralizedBorn.Parameters(
      model: radii.model, solventDielectric: energy.solventDielectric, soluteDielectric: energy.soluteDielectric,
      coulombConstant: energy.coulombConstant, countsEngulfedAtoms: false, neck: tables,
      surfaceArea: energy.surfaceArea,
      inverseDebyeLength: energy.inverseDebyeLength, cutoff: cutoff)
    var withOffset = parameters
    withOffset.radiusOffset = radii.offset

    let entries = try force.entries("Particles", of: "Particle")
    guard entries.count == particleCount else {
      throw force.error(
        "the number of particles is not that of the System", expected: "\(particleCount)", found: "\(entries.count)")
    }
    var particles: [GeneralizedBorn.Particle] = []
    for entry in entries {
      var values: [Double] = []
      for index in names.indices { values.append(try entry.real("param\(index + 1)")) }
      guard values[1] > 0 else {
        throw entry.error("the offset radius (param2) is out of range", expected: "above 0 nm", found: "\(values[1])")
      }
      var radiusClass = 0
      if let tables {
        let value = values[values.count - 1]
        guard value >= 0, value < Double(tables.classCount), value == value.rounded() else {
          throw entry.error(
            "the radius class (param\(values.count)) is out of range", expected: "0 to \(tables.classCount - 1)",
            found: "\(value)")
        }
        radiusClass = Int(value)
      }
      let constants = radii.constants ?? (values[3], values[4], values[5])
      particles.append(
        GeneralizedBorn.Particle(
          charge: values[0], offsetRadius: values[1], scaledRadius: values[2], alpha: constants.0, beta: constants.1,
          gamma: constants.2, radiusClass: radiusClass))
    }
    return GeneralizedBorn(particles: particles, parameters: withOffset)
  }

  private static func parameterNames(_ force: SystemElement) throws(InputError) -> [String] {
    var names: [String] = []
    for entry in try force.entries("PerParticleParameters", of: "Parameter") { names.append(try entry.string("name")) }
    let known = [
      ["or", "sr"], ["or", "sr", "radindex"], ["or", "sr", "alpha", "beta", "gamma", "radindex"],
    ]
    guard let first = names.first, ["charge", "q"].contains(first), known.contains(Array(names.dropFirst())) else {
      throw force.error(
        "the parameters per particle are not those of a known Born model",
        expected: "charge, or, sr [, alpha, beta, gamma] [, radindex]", found: names.prefix(10).joined(separator: ", "))
    }
    return names
  }

  /// The tables getd0 and getm0, transposed to rows by the class of the first atom.
  private static func neck(
    _ force: SystemElement, _ radii: CustomBornRadii, hasClasses: Bool
  ) throws(InputError) -> GeneralizedBorn.Neck? {
    let functions = try force.entries("Functions", of: "Function", isOptional: true)
    guard let scale = radii.neckScale, let cut = radii.neckCut else {
      if let function = functions.first {
        throw function.error("a table that no expression uses", expected: "no <Function>")
      }
      guard !hasClasses else {
        throw force.error("radius classes without a neck term", expected: "the expressions of GBn or GBn2")
      }
      return nil
    }
    guard hasClasses else {
      throw force.error("a neck term without radius classes", expected: "a last parameter radindex")
    }
    var tables: [String: (size: Int, values: [Double])] = [:]
    for function in functions {
      let name = try function.string("name")
      guard ["getd0", "getm0"].contains(name), tables[name] == nil, try function.string("type") == "Discrete2DFunction"
      else {
        throw function.error(
          "an unknown table", expected: "getd0 and getm0 of type Discrete2DFunction", found: "'\(name.prefix(40))'")
      }
      let size = try function.integer("xsize", in: 1...1000)
      _ = try function.integer("ysize", in: size...size)
      var values: [Double] = []
      for value in try function.entries("Values", of: "Value") { values.append(try value.real("v")) }
      guard values.count == size * size else {
        throw function.error(
          "the table has the wrong number of values", expected: "\(size) × \(size) = \(size * size)",
          found: "\(values.count)")
      }
      var rows: [Double] = []
      for own in 0..<size {
        for other in 0..<size { rows.append(values[own + size * other]) }
      }
      tables[name] = (size, rows)
    }
    guard let distances = tables["getd0"], let depths = tables["getm0"], distances.size == depths.size else {
      throw force.error("the neck tables are missing or differ in size", expected: "getd0 and getm0 of one size")
    }
    return GeneralizedBorn.Neck(
      scale: scale, cut: cut, classCount: distances.size, distances: distances.values, depths: depths.values)
  }
}
