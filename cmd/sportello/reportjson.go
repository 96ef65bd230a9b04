package main

import (
	"slices"
	"strings"
	"time"

	"sportello/policy"
	"sportello/ticket"
)

// monthJSON is a line of `report --json`.
type monthJSON struct {
	Month    policy.Month `json:"month"`
	Requests struct {
		coverageJSON
		Topics []topicJSON `json:"topics"`
	} `json:"requests"`
	Answers struct {
		Due     int `json:"due"` // promised by a plan
		InTime  int `json:"in_time"`
		Late    int `json:"late"`
		Pending int `json:"pending"`
	} `json:"answers"`
	Median struct {
		FirstAnswer *int64 `json:"first_answer"` // seconds; null: there was none
		Close       *int64 `json:"close"`
	} `json:"median"`
	Quotes struct {
		Offered    int `json:"offered"` // all of them; below, what became of them
		Accepted   int `json:"accepted"`
		Declined   int `json:"declined"`
		Expired    int `json:"expired"`
		Withdrawn  int `json:"withdrawn"`
		Superseded int `json:"superseded"`
		Open       int `json:"open"`
	} `json:"quotes"`
	Credits struct {
		Sold      policy.Credits `json:"sold"`
		Held      policy.Credits `json:"held"`
		Spent     policy.Credits `json:"spent"`
		Released  policy.Credits `json:"released"`
		Expired   policy.Credits `json:"expired"`
		Corrected policy.Credits `json:"corrected"`
		// Expiring60Days is null for months other than the one under way.
		Expiring60Days *policy.Credits `json:"expiring_60_days"`
	} `json:"credits"`
}

type coverageJSON struct {
	Total        int `json:"total"`
	Covered      int `json:"covered"`
	Extra        int `json:"extra"`
	Undetermined int `json:"undetermined"`
	None         int `json:"none"`
}

type topicJSON struct {
	Topic policy.Topic `json:"topic"`
	coverageJSON
}

func newCoverage(c ticket.Coverages) coverageJSON {
	return coverageJSON{c.Sum(), c[policy.Covered], c[policy.Extra], c[policy.Undetermined], c[policy.None]}
}

func newMonthJSON(f *ticket.Figures) (m monthJSON) {
	m.Month = f.Month
	m.Requests.coverageJSON, m.Requests.Topics = newCoverage(f.Total()), newTopics(f)
	m.Answers.Due, m.Answers.InTime, m.Answers.Late, m.Answers.Pending = f.Answers.Due(), f.Answers.InTime, f.Answers.Late, f.Answers.Pending
	m.Median.FirstAnswer, m.Median.Close = seconds(f.FirstAnswer), seconds(f.Closing)
	m.Quotes.Offered, m.Quotes.Open = f.Offered(), f.Quotes[ticket.QuoteOffered]
	m.Quotes.Accepted, m.Quotes.Declined, m.Quotes.Expired = f.Quotes[ticket.QuoteAccepted], f.Quotes[ticket.QuoteDeclined], f.Quotes[ticket.QuoteExpired]
	m.Quotes.Withdrawn, m.Quotes.Superseded = f.Quotes[ticket.QuoteWithdrawn], f.Quotes[ticket.QuoteSuperseded]
	m.Credits.Sold, m.Credits.Held, m.Credits.Spent = f.Moved[policy.MovePurchase], f.Moved[policy.MoveHold], f.Moved[policy.MoveCapture]
	m.Credits.Released, m.Credits.Expired, m.Credits.Corrected = f.Moved[policy.MoveRelease], f.Moved[policy.MoveExpire], f.Moved[policy.MoveCorrect]
	if f.Expiring != nil {
		m.Credits.Expiring60Days = &f.Expiring.Credits
	}
	return m
}

// newTopics lists the topics that were asked for, the most frequent first.
func newTopics(f *ticket.Figures) []topicJSON {
	topics := []topicJSON{}
	for topic, c := range f.Requests {
		topics = append(topics, topicJSON{topic, newCoverage(*c)})
	}
	slices.SortFunc(topics, func(a, b topicJSON) int {
		if a.Total != b.Total {
			return b.Total - a.Total
		}
		return strings.Compare(string(a.Topic), string(b.Topic))
	})
	return topics
}

func seconds(d ticket.Durations) *int64 {
	m, ok := d.Median()
	if !ok {
		return nil
	}
	s := int64(m / time.Second)
	return &s
}
