import Foundation

/// Ctrl-C and termination, noticed between two portions of a long job so that nothing is lost.
enum Interruption {
  /// Written by the signal handler only.
  nonisolated(unsafe) private static var requested: sig_atomic_t = 0

  static var isRequested: Bool { requested != 0 }

  /// From now on SIGINT and SIGTERM ask for an end; a second one ends at once.
  static func watch() {
    // A program started by another may inherit a mask that keeps the signals away.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { _ in
        if Interruption.requested != 0 { _exit(ExitStatus.interrupted) }
        Interruption.requested = 1
      }
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}

/// A job that was asked to stop and can go on later.
struct Interrupted: Error, CustomStringConvertible {
  var description: String
}
