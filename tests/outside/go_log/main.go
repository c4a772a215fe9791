// An auditor's check with Go's own transparency log library (golang.org/x/mod/sumdb), not with ours:
//
//	go_log FOLDER LOG-KEY [WITNESS-KEY]
//
// opens the signed checkpoint, authenticates every tile against its root, hashes every record, proves the inclusion of
// each, proves that the log extends each power of two below its size, and opens the witness's cosignature.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("WRONG:", err)
		os.Exit(1)
	}
}

func fail(format string, values ...interface{}) { must(fmt.Errorf(format, values...)) }

// folder reads tiles of a C2SP log: the library's paths without the height.
type folder string

func (f folder) Height() int                     { return 8 }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// entries are the records of the bundle at index, of that width.
func (f folder) entries(index int64, width int) [][]byte {
	path := tlog.Tile{H: 8, L: 0, N: index, W: width}.Path()
	data, err := os.ReadFile(filepath.Join(string(f), strings.Replace(path, "tile/8/0/", "tile/entries/", 1)))
	must(err)
	var all [][]byte
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data))
		all = append(all, data[2:2+length])
		data = data[2+length:]
	}
	return all
}

// cosigner is a C2SP cosignature/v1 key.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature))
	return ed25519.Verify(c.key, append([]byte(head), text...), signature[8:])
}

func newCosigner(text string) cosigner {
	parts := strings.SplitN(strings.TrimSpace(text), "+", 3)
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if typed[0] != 4 {
		fail("not a cosignature key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), typed...))
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:]), typed[1:]}
}

func main() {
	place := folder(os.Args[1])
	verifier, err := note.NewVerifier(strings.TrimSpace(os.Args[2]))
	must(err)
	verifiers := []note.Verifier{verifier}
	if len(os.Args) > 3 {
		verifiers = append(verifiers, newCosigner(os.Args[3]))
	}
	data, err := os.ReadFile(filepath.Join(string(place), "checkpoint"))
	must(err)
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	must(err)
	if len(opened.Sigs) != len(verifiers) {
		fail("%d of %d signatures", len(opened.Sigs), len(verifiers))
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	reader := tlog.TileHashReader(tree, place)
	for start := int64(0); start < size; start += 256 {
		width := size - start
		if width > 256 {
			width = 256
		}
		entries := place.entries(start/256, int(width))
		if int64(len(entries)) != width {
			fail("bundle of %d records at %d", len(entries), start)
		}
		for at, entry := range entries {
			index := start + int64(at)
			hash := tlog.RecordHash(entry)
			stated, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			must(err)
			if !bytes.Equal(stated[0][:], hash[:]) {
				fail("record %d", index)
			}
			proof, err := tlog.ProveRecord(size, index, reader)
			must(err)
			must(tlog.CheckRecord(proof, size, tree.Hash, index, hash))
		}
	}
	for old := int64(1); old < size; old *= 2 {
		hash, err := tlog.TreeHash(old, reader)
		must(err)
		proof, err := tlog.ProveTree(size, old, reader)
		must(err)
		must(tlog.CheckTree(proof, size, tree.Hash, old, hash))
	}
	fmt.Println("verified", lines[0], size, len(opened.Sigs))
}
