package view

import (
	"pneumoscope/frontend/api"
	"pneumoscope/frontend/internal/card"
	"pneumoscope/frontend/internal/web/i18n"
	"pneumoscope/frontend/internal/xray"
	"pneumoscope/frontend/internal/xray/refusal"
)

// Judgement is the outcome for one uploaded film: the model's reading, or a refusal.
type Judgement struct {
	Format  string     // one of xray.Formats
	Film    *xray.Film // nil when refused
	Refusal *refusal.Refusal
	Reading card.Reading
}

// Prediction is the JSON for judged films. model is nil when the server does not say which model it has.
func Prediction(judgements []Judgement, model *card.Model, texts *i18n.Texts) api.Prediction {
	answer := api.Prediction{Films: make([]api.Film, len(judgements)), Model: modelName(model), Notice: texts.NoticeInFull}
	for i, j := range judgements {
		film := api.Film{NameIndex: i}
		if j.Refusal != nil {
			code := string(j.Refusal.Code)
			film.Refusal = &api.Reason{Code: code, Message: texts.Errors[code]}
		} else {
			film.Probability = &judgements[i].Reading.Probability
			film.Verdict = string(j.Reading.Verdict)
			film.Caveats = caveats(j.Reading.Caveats, texts)
		}
		answer.Films[i] = film
	}
	return answer
}

func modelName(model *card.Model) *api.Model {
	if model == nil {
		return nil
	}
	return &api.Model{ID: model.ID, Name: model.Name, Version: model.Version}
}

func caveats(codes []xray.Caveat, texts *i18n.Texts) []api.Reason {
	var reasons []api.Reason
	for _, code := range codes {
		reasons = append(reasons, api.Reason{Code: string(code), Message: texts.Caveats[string(code)]})
	}
	return reasons
}
