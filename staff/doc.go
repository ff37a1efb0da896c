// Package staff knows who works where and in which role, and signs them in. What
// a role allows is judged by the grant room. Older people and families are not
// staff; they have no passwords.
package staff
