package hook_test

import (
	"context"

	"yinqiao/notify"
)

// taker is a gateway that takes everything, and whose reports come later.
type taker struct{}

func (taker) Send(_ context.Context, p notify.Parcel) (notify.Sent, error) {
	return notify.Sent{Gateway: "aliyun", Ref: "B1" + p.ID}, nil
}
