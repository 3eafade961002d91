/// A file to which frames are appended while a run goes on.
public protocol TrajectoryWriter: AnyObject {
  /// Frames written so far, those found when appending to an existing file included.
  var frameCount: Int { get }

  /// Appends all frames, with the values of every per-frame variable the file declares. Throws `OutputError`.
  func append(_ frames: TrajectoryFrames, values: [FrameVariable: [Double]]) throws(OutputError)

  /// After this, a reader sees every frame appended so far, even if the program is killed.
  func synchronise() throws(OutputError)

  /// Writes what is left and closes the file. A writer that is never closed keeps what was synchronised.
  func close() throws(OutputError)
}

extension TrajectoryWriter {
  public func append(_ frames: TrajectoryFrames) throws(OutputError) { try append(frames, values: [:]) }
}
