internal import Foundation

enum FileSystemKind {
  /// A write-ahead log needs memory shared by all its processes, which those of several machines
  /// have not: <https://sqlite.org/wal.html>.
  static func isNetwork(folder: String) -> Bool {
    #if canImport(Darwin)
      var info = statfs()
      guard statfs(folder, &info) == 0 else { return false }
      return info.f_flags & UInt32(MNT_LOCAL) == 0
    #else
      var info = stat()
      guard stat(folder, &info) == 0,
        let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
      else { return false }
      return kind(ofDevice: UInt64(info.st_dev), mounts: mounts).map(isNetwork(kind:)) ?? false
    #endif
  }

  #if !canImport(Darwin)
    /// From the table of proc_pid_mountinfo(5): number, parent, MAJOR:MINOR, root, place, options,
    /// further fields, a dash, kind, source, options.
    private static func kind(ofDevice device: UInt64, mounts: String) -> String? {
      // The bits of makedev(3).
      let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
      let minor = device & 0xFF | (device >> 12) & ~0xFF
      for line in mounts.split(separator: "\n") {
        let fields = line.split(separator: " ")
        guard fields.count > 6, fields[2] == "\(major):\(minor)",
          let dash = fields.dropFirst(6).firstIndex(of: "-"), dash + 1 < fields.count
        else { continue }
        return String(fields[dash + 1])
      }
      return nil
    }

    private static func isNetwork(kind: String) -> Bool {
      // Behind FUSE there are sshfs and cluster file systems, seldom a disk.
      networkKinds.contains(kind) || kind.hasPrefix("fuse")
    }

    private static let networkKinds: Set<String> = [
      "nfs", "nfs3", "nfs4", "cifs", "smb3", "smbfs", "afs", "coda", "lustre", "ceph", "gpfs",
      "beegfs", "panfs", "gfs2", "ocfs2", "glusterfs", "wekafs", "orangefs",
    ]
  #endif
}
