package hostile

func others() []File {
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><svg xmlns="http://www.w3.org/2000/svg">&c;</svg>`
	return []File{
		{"nothing", nil, "empty", ""},
		{"one byte", []byte{0}, "unsupported_type", "binary"},
		{"a text", []byte("Patient: none\n"), "unsupported_type", "text"},
		{"PDF", []byte("%PDF-1.7\n1 0 obj\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\nendobj\n"), "unsupported_type", "pdf"},
		{"a PDF with a JPEG in it", join([]byte("%PDF-1.7\n"), encodeJPEG(rough(300, 260))), "unsupported_type", "pdf"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "unsupported_type", "heif or video"},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"), "unsupported_type", "heif or video"},
		{"a video", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42"), "unsupported_type", "heif or video"},
		{"SVG", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), "unsupported_type", "svg"},
		{"SVG with a script", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "unsupported_type", "svg"},
		{"SVG of a billion laughs", []byte(laughs), "unsupported_type", "svg"},
		{"HTML", []byte("<!doctype html><script>alert(1)</script>"), "unsupported_type", "html"},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), "unsupported_type", "gif"},
		{"a GIF with a JPEG behind it", join([]byte("GIF89a"), encodeJPEG(rough(300, 260))), "unsupported_type", "gif"},
		{"BMP that says it is four gigabytes", []byte("BM\xff\xff\xff\xff\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\x00\x18\x00"), "unsupported_type", "bmp"},
		{"JPEG 2000", []byte("\x00\x00\x00\x0cjP  \r\n\x87\n"), "unsupported_type", "jpeg2000"},
		{"JPEG XL", []byte("\xff\x0a\x00\x10"), "unsupported_type", "jpegxl"},
		{"an archive", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"), "unsupported_type", "zip"},
		{"something packed", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"), "unsupported_type", "gzip"},
		{"half a PNG's signature", encodePNG(rough(300, 260))[:4], "unsupported_type", "binary"},
		{"a PNG with its first byte lost", encodePNG(rough(300, 260))[1:], "unsupported_type", "binary"},
		{"zeros", make([]byte, 1<<20), "unsupported_type", "binary"},
	}
}
