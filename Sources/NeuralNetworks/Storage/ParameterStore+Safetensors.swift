extension ParameterStore {
  /// Every parameter under its name, with its shape.
  ///
  /// - Parameter values: instead of the store's own, an average of them for instance.
  public func arrays(values: [Float]? = nil) -> [Safetensors.Array] {
    let values = values ?? self.values
    precondition(values.count == count)
    return zip(names, parameters).map { name, parameter in
      Safetensors.Array(
        name: name, shape: parameter.columns == 1 ? [parameter.rows] : [parameter.rows, parameter.columns],
        values: Array(values[parameter.range]))
    }
  }

  /// Takes the values of all parameters from a file's arrays; others that the file may hold are ignored.
  ///
  /// - Throws: `SafetensorsError` where one is missing or has another number of values; the store is then unchanged.
  public mutating func load(_ file: Safetensors, named name: String) throws(SafetensorsError) {
    var loaded = values
    for (parameterName, parameter) in zip(names, parameters) {
      guard let array = file[parameterName] else {
        throw SafetensorsError(
          file: name, problem: "it has no array '\(parameterName)'; was it made by a model of another kind or size?")
      }
      guard array.values.count == parameter.count else {
        throw SafetensorsError(
          file: name,
          problem:
            "'\(parameterName)' has the shape \(array.shape), expected [\(parameter.rows), \(parameter.columns)]; was it made by a model of another size?"
        )
      }
      loaded.replaceSubrange(parameter.range, with: array.values)
    }
    values = loaded
  }
}
