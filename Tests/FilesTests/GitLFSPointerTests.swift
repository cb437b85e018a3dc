import Files
import Foundation
import Testing

struct GitLFSPointerTests {
  private static let lines =
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32"
    + "b1258daaa5e2ca24d17e2393\nsize 12345\n"

  @Test(arguments: [
    (lines, 12345), (lines.replacingOccurrences(of: "\n", with: "\r\n"), 12345),
    (lines.replacingOccurrences(of: "git-lfs", with: "hawser"), 12345),
    ("version https://git-lfs.github.com/spec/v1\next-0-foo sha256:1\noid sha256:2\n", nil),
  ])
  func pointersAreRecognised(text: String, size: Int?) throws {
    let pointer = try #require(GitLFSPointer(Array(text.utf8)))
    #expect(pointer.byteCount == size)
  }

  @Test(arguments: [
    "", "version 1\n", "version https://example.com/spec/v1\noid sha256:1\nsize 1\n",
    "version https://git-lfs.github.com/spec/v1\n", "N,D,loss\n1,2,3\n",
    lines + String(repeating: "x", count: 1024),
  ])
  func otherFilesAreNot(text: String) {
    #expect(GitLFSPointer(Array(text.utf8)) == nil)
  }
}
