// Package i18n holds every sentence of the page and of the error answers, in
// English (en.json) and French (fr.json). A new language needs a file and a tag.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Tag names a language.
type Tag string

// The supported languages. A visitor who asks for neither gets English.
const (
	English Tag = "en"
	French  Tag = "fr"
)

// Tags lists the languages.
func Tags() []Tag { return []Tag{English, French} }

// Languages lists the languages as a client names them in Accept-Language.
func Languages() []string {
	var names []string
	for _, tag := range Tags() {
		names = append(names, string(tag))
	}
	return names
}

// Limits are the numbers that some sentences mention.
type Limits struct {
	MaxFilms  int
	MaxBytes  int
	MaxPixels int64
	MinSide   int
	Side      int // of a prepared film
}

// Texts is one language's catalogue.
type Texts struct {
	Tag Tag `json:"-"`

	Language           string `json:"language"`
	Purpose            string `json:"purpose"`
	Notice             string `json:"notice"`
	NoticeInFull       string `json:"notice_in_full"`
	SkipToUpload       string `json:"skip_to_upload"`
	UploadHeading      string `json:"upload_heading"`
	DropHere           string `json:"drop_here"`
	OrChoose           string `json:"or_choose"`
	OrPaste            string `json:"or_paste"`
	ReleaseHere        string `json:"release_here"`
	Submit             string `json:"submit"`
	Limits             string `json:"limits"`
	NamesStay          string `json:"names_stay"`
	NoFilmAtHand       string `json:"no_film_at_hand"`
	TryClear           string `json:"try_clear"`
	TryOpacity         string `json:"try_opacity"`
	DrawnClear         string `json:"drawn_clear"`
	DrawnOpacity       string `json:"drawn_opacity"`
	DrawnNote          string `json:"drawn_note"`
	Busy               string `json:"busy"`
	Waiting            string `json:"waiting"`
	Queued             string `json:"queued"`
	Cancel             string `json:"cancel"`
	Cancelled          string `json:"cancelled"`
	Done               string `json:"done"`
	ReadyToRead        string `json:"ready_to_read"`
	AwayHeading        string `json:"away_heading"`
	AwayText           string `json:"away_text"`
	AwayTextPlain      string `json:"away_text_plain"`
	MisfitHeading      string `json:"misfit_heading"`
	MisfitText         string `json:"misfit_text"`
	FailedHeading      string `json:"failed_heading"`
	ResultsHeading     string `json:"results_heading"`
	Film               string `json:"film"`
	Pattern            string `json:"pattern"`
	VerdictUnlikely    string `json:"verdict_unlikely"`
	VerdictUncertain   string `json:"verdict_uncertain"`
	VerdictLikely      string `json:"verdict_likely"`
	Colon              string `json:"colon"`
	Probability        string `json:"probability"`
	ProbabilityPlain   string `json:"probability_plain"`
	ZoneBelow          string `json:"zone_below"`
	ZoneBetween        string `json:"zone_between"`
	ZoneFrom           string `json:"zone_from"`
	ZoneAbove          string `json:"zone_above"`
	Refused            string `json:"refused"`
	CaveatsHeading     string `json:"caveats_heading"`
	WhatModelSaw       string `json:"what_model_saw"`
	KnownHeading       string `json:"known_heading"`
	UnknownHeading     string `json:"unknown_heading"`
	ScopeMissing       string `json:"scope_missing"`
	Calibration        string `json:"calibration"`
	CalibrationSource  string `json:"calibration_source"`
	ValidationHeading  string `json:"validation_heading"`
	ValidationSource   string `json:"validation_source"`
	ValidationFilms    string `json:"validation_films"`
	ValidationPositive string `json:"validation_positives"`
	ValidationAUC      string `json:"validation_auc"`
	Model              string `json:"model"`
	Version            string `json:"version"`
	Home               string `json:"home"`
	ErrorPageHeading   string `json:"error_page_heading"`
	TakePicture        string `json:"take_picture"`
	Sending            string `json:"sending"`
	FilmAlt            string `json:"film_alt"`
	Counted            string `json:"counted"`
	PointsHeading      string `json:"points_heading"`
	PointsIntro        string `json:"points_intro"`
	WordsNominal       string `json:"words_nominal"`
	WordsMeasured      string `json:"words_measured"`
	Point              string `json:"point"`
	PointScreening     string `json:"point_screening"`
	PointBalanced      string `json:"point_balanced"`
	PointConfirming    string `json:"point_confirming"`
	Sensitivity        string `json:"sensitivity"`
	Specificity        string `json:"specificity"`
	MapFor             string `json:"map_for"`
	MapAgainst         string `json:"map_against"`
	MapCaption         string `json:"map_caption"`
	MapWords           string `json:"map_words"`
	MapNone            string `json:"map_none"`
	MapFaint           string `json:"map_faint"`
	MapModerate        string `json:"map_moderate"`
	MapStrong          string `json:"map_strong"`
	ThirdUpper         string `json:"third_upper"`
	ThirdMiddle        string `json:"third_middle"`
	ThirdLower         string `json:"third_lower"`
	SideLeft           string `json:"side_left"`
	SideCentre         string `json:"side_centre"`
	SideRight          string `json:"side_right"`
	MapOutside         string `json:"map_outside"`
	MapNothingFor      string `json:"map_nothing_for"`
	MapShow            string `json:"map_show"`
	MapStrength        string `json:"map_strength"`
	Tools              string `json:"tools"`
	ZoomIn             string `json:"zoom_in"`
	ZoomOut            string `json:"zoom_out"`
	ViewReset          string `json:"view_reset"`
	Invert             string `json:"invert"`
	GreyRange          string `json:"grey_range"`
	PresetWhole        string `json:"preset_whole"`
	PresetLungs        string `json:"preset_lungs"`
	PresetBones        string `json:"preset_bones"`
	PresetNarrow       string `json:"preset_narrow"`
	WindowLevel        string `json:"window_level"`
	WindowWidth        string `json:"window_width"`
	ViewerLabel        string `json:"viewer_label"`
	Keys               string `json:"keys"`
	KeysHeading        string `json:"keys_heading"`
	KeyZoom            string `json:"key_zoom"`
	KeyMove            string `json:"key_move"`
	KeyArrows          string `json:"key_arrows"`
	KeyPreset          string `json:"key_preset"`
	KeyLevel           string `json:"key_level"`
	KeyWidth           string `json:"key_width"`
	KeyStrength        string `json:"key_strength"`
	KeyList            string `json:"key_list"`
	Close              string `json:"close"`
	MeaningHeading     string `json:"meaning_heading"`
	MeaningIntro       string `json:"meaning_intro"`
	Prevalence         string `json:"prevalence"`
	MeaningPoint       string `json:"meaning_point"`
	MeaningSource      string `json:"meaning_source"`
	MeaningAbove       string `json:"meaning_above"`
	MeaningBelow       string `json:"meaning_below"`
	MeaningThis        string `json:"meaning_this"`
	MeaningLimits      string `json:"meaning_limits"`
	DotFound           string `json:"dot_found"`
	DotMissed          string `json:"dot_missed"`
	DotAlarmed         string `json:"dot_alarmed"`
	DotCleared         string `json:"dot_cleared"`
	Summary            string `json:"summary"`
	SummaryFilm        string `json:"summary_film"`
	SummaryVerdict     string `json:"summary_verdict"`
	SummaryNumber      string `json:"summary_number"`
	SummaryCaveats     string `json:"summary_caveats"`
	ExportCSV          string `json:"export_csv"`
	ExportJSON         string `json:"export_json"`
	Print              string `json:"print"`
	Clear              string `json:"clear"`
	Cleared            string `json:"cleared"`
	ReadFirst          string `json:"read_first"`
	ReadFirstAsk       string `json:"read_first_ask"`
	ReadFirstSaid      string `json:"read_first_said"`
	SayDefinitelyNot   string `json:"say_definitely_not"`
	SayProbablyNot     string `json:"say_probably_not"`
	SayUnsure          string `json:"say_unsure"`
	SayProbably        string `json:"say_probably"`
	SayDefinitely      string `json:"say_definitely"`
	TruthAsk           string `json:"truth_ask"`
	TruthIll           string `json:"truth_ill"`
	TruthWell          string `json:"truth_well"`
	ReadingsHeading    string `json:"readings_heading"`
	ReadingsNote       string `json:"readings_note"`
	ReadingsSaid       string `json:"readings_said"`
	ReadingsFilms      string `json:"readings_films"`
	ReadingsKnown      string `json:"readings_known"`
	ReadingsIll        string `json:"readings_ill"`
	ReadingsModel      string `json:"readings_model"`
	Forget             string `json:"forget"`

	// Problems holds the title for each status that a problem may have.
	Problems map[string]string `json:"problems"`
	// Errors holds the sentence for each error code.
	Errors map[string]string `json:"errors"`
	// Caveats holds the sentence for each reason to treat a number with caution.
	Caveats map[string]string `json:"caveats"`
}

//go:embed *.json
var files embed.FS

// Load reads the catalogues and fills the limits into their sentences.
func Load(limits Limits) (map[Tag]*Texts, error) {
	catalogues := make(map[Tag]*Texts, len(Tags()))
	numbers := strings.NewReplacer(
		"{max_films}", strconv.Itoa(limits.MaxFilms),
		"{max_megabytes}", strconv.Itoa(limits.MaxBytes>>20),
		"{max_megapixels}", strconv.FormatInt(limits.MaxPixels/1_000_000, 10),
		"{min_side}", strconv.Itoa(limits.MinSide),
		"{side}", strconv.Itoa(limits.Side),
	)
	for _, tag := range Tags() {
		texts, err := read(tag)
		if err != nil {
			return nil, err
		}
		texts.Limits, texts.WhatModelSaw = numbers.Replace(texts.Limits), numbers.Replace(texts.WhatModelSaw)
		for code, sentence := range texts.Errors {
			texts.Errors[code] = numbers.Replace(sentence)
		}
		catalogues[tag] = texts
	}
	return catalogues, nil
}

// NoticeInFull returns the full notice, which programs without a page show too.
func NoticeInFull(tag Tag) (string, error) {
	texts, err := read(tag)
	if err != nil {
		return "", err
	}
	return texts.NoticeInFull, nil
}

// read reads a catalogue, with the names of the limits still in its sentences.
func read(tag Tag) (*Texts, error) {
	text, err := files.ReadFile(string(tag) + ".json")
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(strings.NewReader(tag.Typeset(string(text))))
	decoder.DisallowUnknownFields()
	texts := &Texts{Tag: tag}
	if err := decoder.Decode(texts); err != nil {
		return nil, fmt.Errorf("read texts %s: %w", tag, err)
	}
	return texts, nil
}
