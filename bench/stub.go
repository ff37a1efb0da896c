package main

import (
	"context"
	"yinqiao/db"
)

func (b *bench) dialogue()                                       {}
func (b *bench) journal(ctx context.Context, e db.Dialect) error { return nil }
func (b *bench) serve(ctx context.Context, e db.Dialect) error   { return nil }
